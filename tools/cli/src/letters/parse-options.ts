import { parseArgs } from 'node:util';
import { failureWithCode } from '../failure-with-code.ts';
import { letterOptions, type LetterOptionName, type LetterValues, type OptionRule } from './letter-options.ts';
import { nearestName } from './nearest-name.ts';

/** What somebody typed after the subcommand. */
export interface ParsedOptions {
  readonly values: LetterValues;
  readonly positionals: readonly string[];
}

/**
 * Reads the words against the options that are allowed here. A flag may also be written `--flag false`. Throws
 * OPTION_UNKNOWN (naming the nearest) or OPTION_INVALID, each with a sentence for people.
 */
export function parseOptions(words: readonly string[], allowed: readonly LetterOptionName[]): ParsedOptions {
  const rules = new Map<string, OptionRule>(allowed.map((name) => [name, letterOptions[name]]));
  const options = Object.fromEntries([...rules].map(([name, rule]) => [name, declarationOf(rule)]));
  const args = plainFlags(words, rules);
  const { tokens, positionals } = parseArgs({
    args,
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
    allowNegative: true,
  });
  const values: Record<string, unknown> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const rule = rules.get(token.name);
    if (rule === undefined) throw unknownOption(token.rawName, [...rules.keys()]);
    values[token.name] = valueOf(token.rawName, { rule, written: token.value, before: values[token.name] });
  }
  return { values: values, positionals };
}

/** Writes `--flag true` as `--flag`, and `--flag false` as `--no-flag`. */
function plainFlags(words: readonly string[], rules: ReadonlyMap<string, OptionRule>): string[] {
  const plain: string[] = [];
  for (const [index, word] of words.entries()) {
    const [, name = '', inline] = /^--([a-z-]+?)(?:=(true|false))?$/.exec(word) ?? [];
    const isFlag = rules.get(name)?.kind === 'flag';
    const before = /^--([a-z-]+)$/.exec(words[index - 1] ?? '')?.[1] ?? '';
    const belongsToFlag = rules.get(before)?.kind === 'flag' && /^(true|false)$/.test(word);
    if (belongsToFlag) continue;
    const following = words[index + 1];
    const value = inline ?? (following === 'true' || following === 'false' ? following : undefined);
    plain.push(isFlag && value !== undefined ? (value === 'true' ? `--${name}` : `--no-${name}`) : word);
  }
  return plain;
}

function declarationOf({ kind }: OptionRule): { type: 'boolean' | 'string'; multiple?: boolean } {
  return kind === 'flag' ? { type: 'boolean' } : { type: 'string', multiple: kind === 'texts' };
}

type Written = { rule: OptionRule; written: string | undefined; before: unknown };

function valueOf(rawName: string, { rule, written, before }: Written): unknown {
  if (rule.kind === 'flag') {
    if (written !== undefined) throw invalid(rawName, 'is a flag; write it alone, or with true or false');
    return !rawName.startsWith('--no-');
  }
  if (written === undefined || written === '' || (written.startsWith('--') && rule.kind !== 'text')) {
    throw invalid(rawName, `needs a value: ${rawName} ${rule.value ?? 'VALUE'}`);
  }
  if (rule.kind === 'texts') return [...((before as string[] | undefined) ?? []), written];
  if (rule.kind === 'whole') return wholeNumber(rawName, written, rule.least);
  if (rule.kind === 'share') return share(rawName, written);
  if (rule.kind === 'choice' && !rule.choices.includes(written)) {
    const near = nearestName(written, rule.choices);
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    throw invalid(rawName, `must be one of ${rule.choices.join(', ')}, not ${JSON.stringify(written)}.${hint}`);
  }
  return written;
}

function wholeNumber(rawName: string, written: string, least: number): number {
  const value = Number(written.replaceAll(/[,_]/g, ''));
  if (/^\d[\d,_]*$/.test(written) && Number.isSafeInteger(value) && value >= least) return value;
  throw invalid(rawName, `must be a whole number of at least ${least}, not ${JSON.stringify(written)}`);
}

function share(rawName: string, written: string): number {
  const value = Number(written);
  if (/^[\d.]+$/.test(written) && value >= 0 && value <= 1) return value;
  throw invalid(rawName, `must be a number from 0 to 1 (0.8 = 80 %), not ${JSON.stringify(written)}`);
}

function unknownOption(rawName: string, known: readonly string[]): Error {
  const near = nearestName(rawName.replace(/^-+(no-)?/, ''), known);
  const hint =
    near === undefined ? ` There are ${known.map((name) => `--${name}`).join(', ')}.` : ` Did you mean --${near}?`;
  return failureWithCode('OPTION_UNKNOWN', `There is no option ${rawName} here.${hint}`);
}

function invalid(rawName: string, why: string): Error {
  return failureWithCode('OPTION_INVALID', `${rawName} ${why}`);
}
