import {
  CHAIN_KINDS,
  type ChainKind,
  createAuditSource,
  createLedgerSource,
  createSealer,
  type SealRun,
} from '@nexus/finops-ledger';
import { type Logger, silentLogger } from '@nexus/runtime';
import { inertJson } from '../letters/inert-text.ts';
import { count } from '../letters/moment.ts';
import { type LedgerContext, tell } from './ledger-context.ts';
import type { Redis } from './ledger-place.ts';

const WAIT_MS = 500;
const TRIES = 60;

/** Seals what is new of a chain. While another process seals it waits half a minute, then answers `busy`. */
export async function sealChain(redis: Redis, kind: ChainKind, context: LedgerContext): Promise<SealRun> {
  const { openLedger, place, now, wait, words } = context;
  const { calendar } = place;
  const sealer = createSealer({
    redis,
    kind,
    source: kind === 'audit' ? createAuditSource(redis) : createLedgerSource(redis, openLedger(redis, calendar.zone)),
    directory: place.segmentsOf(kind),
    dayOf: (instant) => calendar.dayOf(instant),
    now,
    logger: noteLogger(context),
  });
  for (let tries = 1; ; tries += 1) {
    const run = await sealer.run();
    if (run.outcome === 'sealed' || tries === TRIES) return run;
    if (tries === 1) tell(context, words.busy);
    await wait(WAIT_MS);
  }
}

/** `nexus ledger seal`. Exit status 1 when records were lost before they were sealed. */
export async function sealTask(context: LedgerContext): Promise<number> {
  const { console, options, words } = context;
  const { redis, close } = await context.connect();
  try {
    const runs: Record<string, SealRun> = {};
    for (const kind of options.kind === undefined ? CHAIN_KINDS : [options.kind]) {
      const run = await sealChain(redis, kind, context);
      runs[kind] = run;
      if (!options.json) console.result(`${words.kinds[kind]}: ${sealText(run, context)}\n`);
    }
    if (options.json) console.result(inertJson(runs));
    return Object.values(runs).some((run) => run.outcome === 'sealed' && run.lost > 0) ? 1 : 0;
  } finally {
    await close();
  }
}

/** What a run did, on one line. */
export function sealText(run: SealRun, { words }: LedgerContext): string {
  if (run.outcome === 'busy') return words.stillBusy;
  const parts = [words.sealedNow(count(run.lines)), words.records(count(run.head.count))];
  if (run.closed.length > 0) parts.push(words.closed(run.closed.join(', ')));
  if (run.cut_lines > 0) parts.push(words.cut(count(run.cut_lines)));
  if (run.lost > 0) parts.push(words.lost(count(run.lost)));
  return parts.join('; ');
}

/** What the sealer has to say besides its answer, as notes. */
function noteLogger({ console }: LedgerContext): Logger {
  const note = (msg: string, fields: Record<string, unknown> = {}): void => {
    const facts = Object.entries(fields).filter(([name]) => name !== 'event' && name !== 'why');
    console.note(`nexus ledger: ${msg} (${facts.map(([name, value]) => `${name} ${String(value)}`).join(', ')})\n`);
  };
  return { ...silentLogger, warn: note, error: note };
}
