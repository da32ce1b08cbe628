import type { BreakerFinding } from './finding.ts';

/** A provider's circuit as it is kept: times in seconds since 1970, 0 = none. */
export type CircuitState = {
  provider: string;
  fail_count: number;
  first_fail_ts: number;
  open_until: number;
  opened_ts: number;
  probe_until: number;
  parked_until: number;
};

/** What was seen of a circuit earlier: since when it is shut without a break, and what the break would show in. */
export type CircuitMemory = { since: number; first_fail_ts: number; open_until: number };

export type CircuitRule = {
  /** Seconds since 1970, by the clock that wrote the circuits. */
  now: number;
  threshold_min: number;
  /** BREAKER_FAIL_THRESHOLD and BREAKER_WINDOW_SECONDS. */
  fail_threshold: number;
  window_s: number;
  memory: ReadonlyMap<string, CircuitMemory>;
};

/** A provider without money is left alone for a day. */
const PARK_SECONDS = 86_400;

/**
 * The providers that are shut now and have been for at least `threshold_min` minutes, and what to remember for next time.
 *
 * `opened_ts` alone does not say since when: with each failed probe it starts anew, so that with a short cooldown it never
 * gets old. No success lies between two openings, though, while `first_fail_ts` is the same; and the first opening was at
 * most a window after it. So without a memory the answer is late by a window at most, and never early.
 */
export function openCircuits(
  circuits: readonly CircuitState[],
  rule: CircuitRule,
): { findings: BreakerFinding[]; memory: Map<string, CircuitMemory> } {
  const memory = new Map<string, CircuitMemory>();
  const findings: BreakerFinding[] = [];
  for (const circuit of circuits) {
    if (!isTripped(circuit, rule) && circuit.open_until <= rule.now) continue;
    const { provider, first_fail_ts, open_until } = circuit;
    const since = shutSince(circuit, rule);
    memory.set(provider, { since, first_fail_ts, open_until });
    const seconds = rule.now - since;
    if (!isShut(circuit, rule.now) || seconds < rule.threshold_min * 60) continue;
    const minutes = Math.floor(seconds / 60);
    findings.push({ kind: 'breaker_open', provider, since, minutes, threshold_min: rule.threshold_min });
  }
  return { findings, memory };
}

function isTripped({ fail_count, parked_until }: CircuitState, { fail_threshold }: CircuitRule): boolean {
  return fail_count >= fail_threshold || parked_until > 0;
}

/** Calls are kept away at this moment. Waiting for a call to probe with is a moment without, but no break: nothing works. */
function isShut({ open_until, probe_until, parked_until }: CircuitState, now: number): boolean {
  return Math.max(open_until, probe_until, parked_until) > now;
}

function shutSince(circuit: CircuitState, { now, fail_threshold, window_s, memory }: CircuitRule): number {
  const { fail_count, first_fail_ts, opened_ts, parked_until } = circuit;
  const known = [now];
  if (opened_ts > 0) known.push(opened_ts);
  if (parked_until > 0) known.push(parked_until - PARK_SECONDS);
  const isFailing = fail_count >= fail_threshold && first_fail_ts > 0;
  if (isFailing) known.push(first_fail_ts + window_s);
  const before = memory.get(circuit.provider);
  if (before !== undefined) {
    const isSameTrouble = isFailing && before.first_fail_ts === first_fail_ts;
    if (isSameTrouble || (opened_ts > 0 && opened_ts <= before.open_until)) known.push(before.since);
  }
  return Math.min(...known);
}
