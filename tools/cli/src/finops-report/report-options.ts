import { parseArgs } from 'node:util';
import { COMPARISONS, type Comparison, SPEND_DIMENSIONS, type SpendFilters } from '@nexus/finops';
import { failureWithCode } from '../failure-with-code.ts';
import { type Language, LANGUAGES } from '../letters/language.ts';
import { nearestName } from '../letters/nearest-name.ts';

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  'as-of': { type: 'string' },
  compare: { type: 'string', default: 'prev' },
  ledger: { type: 'string', default: 'redis' },
  out: { type: 'string', multiple: true },
  format: { type: 'string' },
  lang: { type: 'string' },
  team: { type: 'string', multiple: true },
  project: { type: 'string', multiple: true },
  provider: { type: 'string', multiple: true },
  model: { type: 'string', multiple: true },
  purpose: { type: 'string', multiple: true },
  bom: { type: 'boolean', default: false },
  reconcile: { type: 'boolean', default: false },
  'skip-corrupt': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** What was typed, checked as far as it can be without a clock. */
export interface ReportOptions {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly asOf: string | undefined;
  readonly compare: Comparison;
  readonly ledger: string;
  readonly out: readonly string[];
  readonly format: string | undefined;
  readonly lang: Language | undefined;
  readonly filters: SpendFilters;
  readonly bom: boolean;
  readonly reconcile: boolean;
  readonly skipCorrupt: boolean;
  readonly json: boolean;
}

/** Throws OPTION_UNKNOWN or OPTION_INVALID with a sentence for people. */
export function reportOptions(words: readonly string[]): ReportOptions {
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === 'option') checkToken(token);
  const [surplus] = positionals;
  if (surplus !== undefined) {
    throw failureWithCode(
      'OPTION_UNKNOWN',
      `There is nothing to do with ${JSON.stringify(surplus)}; options begin with --.`,
    );
  }
  // Every token was checked above: what takes a value has one.
  const { from, to, format, ledger, compare, lang } = values as Record<string, string | undefined>;
  const { bom, reconcile, json } = values as Record<string, boolean>;
  const lists = values as Record<string, string[] | undefined>;
  const filters = Object.fromEntries(
    SPEND_DIMENSIONS.flatMap((dimension) => (lists[dimension] === undefined ? [] : [[dimension, lists[dimension]]])),
  );
  return {
    ...{ from, to, format, ledger: ledger ?? 'redis', asOf: values['as-of'] as string | undefined },
    ...{ compare: oneOf('compare', compare ?? 'prev', COMPARISONS), out: lists['out'] ?? [], filters },
    lang: lang === undefined ? undefined : oneOf('lang', lang, LANGUAGES),
    ...{ bom: bom === true, reconcile: reconcile === true, json: json === true },
    skipCorrupt: values['skip-corrupt'] === true,
  };
}

function checkToken({ name, rawName, value }: { name: string; rawName: string; value: string | undefined }): void {
  const known: Record<string, { type: 'string' | 'boolean' }> = OPTIONS;
  const rule = Object.hasOwn(known, name) ? known[name] : undefined;
  if (rule === undefined) {
    const near = nearestName(name, Object.keys(OPTIONS));
    const hint = near === undefined ? ' npx nexus finops-report --help tells the options.' : ` Did you mean --${near}?`;
    throw failureWithCode('OPTION_UNKNOWN', `There is no option ${rawName} here.${hint}`);
  }
  if (rule.type === 'boolean' && value !== undefined) {
    throw failureWithCode('OPTION_INVALID', `${rawName} is a flag; write it alone.`);
  }
  if (rule.type === 'string' && (value === undefined || value === '')) {
    throw failureWithCode('OPTION_INVALID', `${rawName} needs a value.`);
  }
}

function oneOf<const Name extends string>(option: string, written: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === written);
  if (found !== undefined) return found;
  throw failureWithCode(
    'OPTION_INVALID',
    `--${option} must be one of ${names.join(', ')}, not ${JSON.stringify(written)}.`,
  );
}
