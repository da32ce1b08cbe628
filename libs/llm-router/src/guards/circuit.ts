import type { FailureKind } from '../provider-failure.ts';
import { failureKinds } from '../provider-failure.ts';
import type { BreakerReading, BreakerSettings, Outcome, StandingState } from './guards.ts';

/** A provider's circuit as it is kept in Redis and in the file; times in seconds since 1970, 0 = none. */
export type Circuit = {
  fail_count: number;
  first_fail_ts: number;
  open_until: number;
  opened_ts: number;
  generation: number;
  probe_until: number;
  parked_until: number;
};

/** The fields in the order in which scripts return them. */
export const CIRCUIT_FIELDS = [
  'fail_count',
  'first_fail_ts',
  'open_until',
  'opened_ts',
  'generation',
  'probe_until',
  'parked_until',
] as const;

export const CLOSED: Readonly<Circuit> = {
  fail_count: 0,
  first_fail_ts: 0,
  open_until: 0,
  opened_ts: 0,
  generation: 0,
  probe_until: 0,
  parked_until: 0,
};

/** How long a provider without money is left alone when nobody says that it was paid; then one call probes it. */
export const PARK_SECONDS = 86_400;
/** Longest wait a provider may ask for; a longer one is a mistake of its clock or ours. */
const LONGEST_WAIT_SECONDS = 86_400;

/** What an attempt says about its provider: `alive` = it failed, but the provider works; `unknown` = nothing. */
export type Result = 'ok' | 'alive' | 'failed' | 'no_money' | 'unknown';

export function resultOf({ failure }: Outcome): Result {
  if (failure === undefined) return 'ok';
  if (failure.kind === 'no_money') return 'no_money';
  if (failure.kind === 'cancelled') return 'unknown';
  return failureKinds[failure.kind].countsForBreaker ? 'failed' : 'alive';
}

const NO_WAIT: ReadonlySet<FailureKind> = new Set(['cancelled', 'no_money']);

/** Seconds to leave the provider alone. A used-up quota without a time waits as long as an open circuit. */
export function waitOf({ failure }: Outcome, { cooldownSeconds }: BreakerSettings): number {
  if (failure === undefined || NO_WAIT.has(failure.kind)) return 0;
  const asked = failure.retryAfterSeconds ?? (failure.kind === 'quota' ? cooldownSeconds : 0);
  return Number.isFinite(asked) ? Math.min(Math.max(asked, 0), LONGEST_WAIT_SECONDS) : 0;
}

/** The same decision as `standing` in lua/include/circuit.lua; the conformance suite holds them together. */
export function standingOf(
  circuit: Circuit,
  now: number,
  { failThreshold }: Pick<BreakerSettings, 'failThreshold'>,
): { state: Exclude<StandingState, 'limited'>; seconds: number } {
  if (circuit.parked_until > now) return { state: 'parked', seconds: circuit.parked_until - now };
  const tripped = circuit.fail_count >= failThreshold || circuit.parked_until > 0;
  if (circuit.open_until > now) return { state: tripped ? 'open' : 'cooling', seconds: circuit.open_until - now };
  if (!tripped) return { state: 'usable', seconds: 0 };
  if (circuit.probe_until > now) return { state: 'open', seconds: circuit.probe_until - now };
  return { state: 'probe', seconds: 0 };
}

const READING = { usable: 'closed', probe: 'half_open', cooling: 'cooling', open: 'open', parked: 'parked' } as const;

export function readingState(circuit: Circuit, now: number, breaker: BreakerSettings): BreakerReading['state'] {
  // Whether somebody probes just now is nothing a gauge should flicker by.
  return READING[standingOf({ ...circuit, probe_until: 0 }, now, breaker).state];
}

export type Report = {
  /** Of the admission; undefined = it was made elsewhere and may not be compared. */
  generation: number | undefined;
  probe: boolean;
  result: Result;
  waitSeconds: number;
};
export type Transition = { circuit: Circuit; change?: 'opened' | 'closed' | 'parked' };

/** The circuit after a report, as lua/conclude-3.lua has it. */
export function afterReport(
  circuit: Circuit,
  report: Report,
  { now, breaker }: { now: number; breaker: BreakerSettings },
): Transition {
  const until = now + report.waitSeconds;
  const extends_ = report.waitSeconds > 0 && until > circuit.open_until;
  const cooled = extends_ ? { ...circuit, open_until: until, opened_ts: now } : circuit;
  if (report.generation !== undefined && report.generation !== circuit.generation) return { circuit: cooled };
  // Of many reports from elsewhere the first one opens or parks; the others say the same.
  const alreadyShut = standingOf({ ...circuit, open_until: 0 }, now, breaker).state !== 'usable';
  if (report.generation === undefined && alreadyShut) return { circuit: cooled };
  if (report.result === 'no_money') return parked(cooled, now);
  if (report.probe) return afterProbe(cooled, report, { now, breaker });
  return report.result === 'failed' ? counted(cooled, now, { breaker }) : { circuit: cooled };
}

function afterProbe(
  circuit: Circuit,
  report: Report,
  { now, breaker }: { now: number; breaker: BreakerSettings },
): Transition {
  if (report.result === 'failed') {
    return tripped({ ...circuit, fail_count: circuit.fail_count + 1 }, now, { breaker });
  }
  // A probe that was let through elsewhere: that place keeps its circuit.
  if (report.generation === undefined) return { circuit };
  if (report.result === 'unknown') return { circuit: { ...circuit, probe_until: 0 } };
  const waits = circuit.open_until > now;
  const { open_until, opened_ts, generation } = circuit;
  return {
    circuit: { ...CLOSED, generation: generation + 1, ...(waits ? { open_until, opened_ts } : {}) },
    change: 'closed',
  };
}

function parked(circuit: Circuit, now: number): Transition {
  const generation = circuit.generation + 1;
  return { circuit: { ...circuit, parked_until: now + PARK_SECONDS, probe_until: 0, generation }, change: 'parked' };
}

function counted(circuit: Circuit, now: number, { breaker }: { breaker: BreakerSettings }): Transition {
  const fresh = circuit.fail_count === 0 || now - circuit.first_fail_ts >= breaker.windowSeconds;
  const next = {
    ...circuit,
    fail_count: fresh ? 1 : circuit.fail_count + 1,
    first_fail_ts: fresh ? now : circuit.first_fail_ts,
  };
  return next.fail_count >= breaker.failThreshold ? tripped(next, now, { breaker }) : { circuit: next };
}

function tripped(circuit: Circuit, now: number, { breaker }: { breaker: BreakerSettings }): Transition {
  return {
    circuit: {
      ...circuit,
      fail_count: Math.max(circuit.fail_count, breaker.failThreshold),
      open_until: Math.max(circuit.open_until, now + breaker.cooldownSeconds),
      opened_ts: now,
      probe_until: 0,
      generation: circuit.generation + 1,
    },
    change: 'opened',
  };
}
