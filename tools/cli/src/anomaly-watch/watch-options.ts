import { parseArgs } from 'node:util';
import { failureWithCode } from '../failure-with-code.ts';
import { type Language, LANGUAGES } from '../letters/language.ts';
import { nearestName } from '../letters/nearest-name.ts';

/** What was typed. Paths as typed. `seeds` are those of the synthetic series. */
export interface WatchOptions {
  readonly ledger: string | undefined;
  readonly audit: string | undefined;
  readonly dryRun: boolean;
  readonly backtest: string | undefined;
  readonly labels: string | undefined;
  readonly seeds: readonly number[];
  readonly mute: string | undefined;
  readonly hours: number;
  readonly unmute: string | undefined;
  readonly json: boolean;
  readonly lang: Language | undefined;
}

const DECLARED = {
  ledger: { type: 'string' },
  audit: { type: 'string' },
  'dry-run': { type: 'boolean' },
  backtest: { type: 'string' },
  labels: { type: 'string' },
  seeds: { type: 'string' },
  mute: { type: 'string' },
  hours: { type: 'string' },
  unmute: { type: 'string' },
  json: { type: 'boolean' },
  lang: { type: 'string' },
} as const;

/** Seeds that the detector was not tuned on (docs/anomalies.md). */
const SEEDS = '301-305';
const MOST_SEEDS = 50;
const MOST_HOURS = 31 * 24;

/** Throws OPTION_UNKNOWN or OPTION_INVALID with a sentence for people. */
export function watchOptions(words: readonly string[]): WatchOptions {
  const { tokens, values, positionals } = parseArgs({
    args: plainDryRun(words),
    options: DECLARED,
    strict: false,
    tokens: true,
    allowPositionals: true,
    allowNegative: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option' && !Object.hasOwn(DECLARED, token.name)) throw unknownOption(token.rawName);
  }
  const [surplus] = positionals;
  if (surplus !== undefined) throw invalid(JSON.stringify(surplus), 'is no option; options begin with --');
  const options = {
    ledger: text('--ledger', values.ledger),
    audit: text('--audit', values.audit),
    dryRun: values['dry-run'] === true,
    backtest: text('--backtest', values.backtest),
    labels: text('--labels', values.labels),
    seeds: seedsOf(text('--seeds', values.seeds) ?? SEEDS),
    mute: text('--mute', values.mute),
    hours: hoursOf(text('--hours', values.hours) ?? '24'),
    unmute: text('--unmute', values.unmute),
    json: values.json === true,
    lang: language(text('--lang', values.lang)),
  };
  if (options.labels !== undefined && options.backtest === undefined)
    throw invalid('--labels', 'needs --backtest FILE');
  return options;
}

/** `--dry-run true` is `--dry-run`, `--dry-run false` is nothing. */
function plainDryRun(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const isValue = words[index - 1] === '--dry-run' && /^(true|false)$/.test(word);
    if (isValue || word === '--dry-run=false') return [];
    if (word === '--dry-run=true') return ['--dry-run'];
    return word === '--dry-run' && words[index + 1] === 'false' ? [] : [word];
  });
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw invalid(name, 'needs a value');
}

function seedsOf(written: string): number[] {
  const [, first = '', last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(written) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (first === '' || count < 1 || count > MOST_SEEDS) {
    throw invalid('--seeds', `must be a number or a range of at most ${MOST_SEEDS}, such as 301-305`);
  }
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

function hoursOf(written: string): number {
  const hours = Number(written);
  if (/^\d{1,4}$/.test(written) && hours >= 1 && hours <= MOST_HOURS) return hours;
  throw invalid('--hours', `must be a whole number from 1 to ${MOST_HOURS}, not ${JSON.stringify(written)}`);
}

function language(written: string | undefined): Language | undefined {
  const found = LANGUAGES.find((each) => each === written);
  if (written === undefined || found !== undefined) return found;
  throw invalid('--lang', `must be one of ${LANGUAGES.join(', ')}, not ${JSON.stringify(written)}`);
}

function unknownOption(rawName: string): Error {
  const names = Object.keys(DECLARED);
  const near = nearestName(rawName.replace(/^-+(no-)?/, ''), names);
  const hint =
    near === undefined ? `There are ${names.map((name) => `--${name}`).join(', ')}.` : `Did you mean --${near}?`;
  return failureWithCode('OPTION_UNKNOWN', `There is no option ${rawName} here. ${hint}`);
}

function invalid(name: string, why: string): Error {
  return failureWithCode('OPTION_INVALID', `${name} ${why}.`);
}
