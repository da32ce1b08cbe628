import { parseArgs } from 'node:util';
import { isDay } from '@nexus/finops';
import { CHAIN_KINDS, type ChainKind } from '@nexus/finops-ledger';
import { failureWithCode } from '../failure-with-code.ts';
import { type Language, LANGUAGES } from '../letters/language.ts';
import { nearestName } from '../letters/nearest-name.ts';

/** What can be done with the ledger. */
export const LEDGER_TASKS = ['export', 'verify', 'seal', 'reconcile', 'rebuild'] as const;
export type LedgerTask = (typeof LEDGER_TASKS)[number];

/** The options of each, besides --json and --lang. */
const ALLOWED: Readonly<Record<LedgerTask, readonly string[]>> = {
  export: ['kind', 'from', 'to', 'out', 'seal'],
  verify: ['kind', 'file', 'head'],
  seal: ['kind'],
  reconcile: ['from', 'to'],
  rebuild: ['from', 'to', 'yes'],
};

const GENERAL = ['json', 'lang'];

const DECLARED = {
  kind: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
  file: { type: 'string' },
  seal: { type: 'boolean', default: true },
  head: { type: 'boolean', default: true },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  lang: { type: 'string' },
} as const;

/** What was typed. Days are `YYYY-MM-DD`; paths as typed. */
export interface LedgerOptions {
  readonly task: LedgerTask;
  readonly kind: ChainKind | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly out: string | undefined;
  readonly file: string | undefined;
  readonly seal: boolean;
  readonly head: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly lang: Language | undefined;
}

/** Throws SUBCOMMAND_UNKNOWN, OPTION_UNKNOWN or OPTION_INVALID with a sentence for people. */
export function ledgerOptions([name = '', ...words]: readonly string[]): LedgerOptions {
  const task = LEDGER_TASKS.find((each) => each === name);
  if (task === undefined) throw unknownTask(name);
  const { tokens, values, positionals } = parseArgs({
    args: words,
    options: DECLARED,
    strict: false,
    tokens: true,
    allowPositionals: true,
    allowNegative: true,
  });
  const allowed = [...ALLOWED[task], ...GENERAL];
  for (const token of tokens) {
    if (token.kind === 'option' && !allowed.includes(token.name)) throw unknownOption(token.rawName, allowed);
  }
  const [surplus] = positionals;
  if (surplus !== undefined) throw invalid(JSON.stringify(surplus), 'is no option; options begin with --');
  const from = day('--from', text('--from', values.from));
  const to = day('--to', text('--to', values.to));
  if (from !== undefined && to !== undefined && from > to) throw invalid('--from', `is after --to: ${from} > ${to}`);
  return {
    task,
    kind: choice('--kind', { written: text('--kind', values.kind), choices: CHAIN_KINDS }),
    from,
    to,
    out: text('--out', values.out),
    file: text('--file', values.file),
    seal: values.seal !== false,
    head: values.head !== false,
    yes: values.yes === true,
    json: values.json === true,
    lang: choice('--lang', { written: text('--lang', values.lang), choices: LANGUAGES }),
  };
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw invalid(name, 'needs a value');
}

function day(name: string, written: string | undefined): string | undefined {
  if (written === undefined || isDay(written)) return written;
  throw invalid(name, `must be a day such as 2026-11-30, not ${JSON.stringify(written)}`);
}

function choice<Value extends string>(
  name: string,
  { written, choices }: { written: string | undefined; choices: readonly Value[] },
): Value | undefined {
  const found = choices.find((each) => each === written);
  if (written === undefined || found !== undefined) return found;
  throw invalid(name, `must be one of ${choices.join(', ')}, not ${JSON.stringify(written)}`);
}

function unknownTask(name: string): Error {
  const near = nearestName(name, LEDGER_TASKS);
  const hint = near === undefined ? `There are ${LEDGER_TASKS.join(', ')}.` : `Did you mean ${near}?`;
  const what = `There is no subcommand ${JSON.stringify(name)}. ${hint} npx nexus ledger --help lists them.`;
  return failureWithCode('SUBCOMMAND_UNKNOWN', what);
}

function unknownOption(rawName: string, allowed: readonly string[]): Error {
  const near = nearestName(rawName.replace(/^-+(no-)?/, ''), allowed);
  const list = allowed.map((name) => `--${name}`).join(', ');
  const hint = near === undefined ? `There are ${list}.` : `Did you mean --${near}?`;
  return failureWithCode('OPTION_UNKNOWN', `There is no option ${rawName} here. ${hint}`);
}

function invalid(name: string, why: string): Error {
  return failureWithCode('OPTION_INVALID', `${name} ${why}.`);
}
