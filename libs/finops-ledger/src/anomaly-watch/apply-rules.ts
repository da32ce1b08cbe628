import {
  costInWindow,
  openCircuits,
  usdToNano,
  type CircuitMemory,
  type CircuitState,
  type LedgerLine,
  type RateLimitWindow,
  type RuleFinding,
  type SpentAmount,
} from '@nexus/finops';
import type { SettingValues } from '@nexus/runtime';
import type { anomalyVariables } from './anomaly-variables.ts';

/** A stretch of time in milliseconds since 1970; the end is left out. */
export type TimeWindow = { from: number; until: number };

/** Where the rules get their facts. Each rejects when it cannot be read: nothing is taken for normal unseen. */
export type RuleSources = {
  /** What was spent; may hold more than the window. */
  spent: (window: TimeWindow) => AsyncIterable<SpentAmount>;
  rateLimits: (window: TimeWindow) => Promise<{ window: RateLimitWindow; skipped: number }>;
  /** Undefined where circuits cannot be seen at all. `now` in seconds since 1970, by the clock that wrote them. */
  circuits: () => Promise<{ now: number; circuits: readonly CircuitState[] } | undefined>;
  /** What was seen of circuits earlier. Without it an open circuit may be found some minutes late. */
  memory?: {
    circuits: () => Promise<Map<string, CircuitMemory>>;
    saveCircuits: (memory: ReadonlyMap<string, CircuitMemory>) => Promise<void>;
  };
};

export type RuleSettings = SettingValues<typeof anomalyVariables> & {
  BREAKER_FAIL_THRESHOLD: number;
  BREAKER_WINDOW_SECONDS: number;
};

export type RuleOutcome = { findings: RuleFinding[]; skipped: number };

const MINUTE_MS = 60_000;

/** The rules of contract 13 at one moment (`now` in milliseconds). Repeatable; it only remembers circuits. */
export async function applyRules(sources: RuleSources, settings: RuleSettings, now: number): Promise<RuleOutcome> {
  // Half-open windows: what happens in this very millisecond belongs in it.
  const until = now + 1;
  const window = { from: until - settings.ANOMALY_WINDOW_MIN * MINUTE_MS, until };
  const cost = costInWindow(window);
  for await (const spent of sources.spent(window)) cost.add(spent);
  const limits = await sources.rateLimits(window);
  const findings: (RuleFinding | undefined)[] = [
    cost.finding(usdToNano(settings.ANOMALY_COST_USD_RATE_THRESHOLD) ?? 0n),
    limits.window.finding(settings.ANOMALY_429_BURST_THRESHOLD),
    ...(await breakerFindings(sources, settings)),
  ];
  return { findings: findings.filter((finding) => finding !== undefined), skipped: limits.skipped };
}

async function breakerFindings({ circuits, memory }: RuleSources, settings: RuleSettings): Promise<RuleFinding[]> {
  const read = await circuits();
  if (read === undefined) return [];
  const outcome = openCircuits(read.circuits, {
    now: read.now,
    threshold_min: settings.ANOMALY_BREAKER_OPEN_MIN,
    fail_threshold: settings.BREAKER_FAIL_THRESHOLD,
    window_s: settings.BREAKER_WINDOW_SECONDS,
    memory: (await memory?.circuits()) ?? new Map<string, CircuitMemory>(),
  });
  await memory?.saveCircuits(outcome.memory);
  return outcome.findings;
}

/** A line of the ledger as the rules want it. */
export function spentOfLine({ ts, actual_nano, provider, model, team, project }: LedgerLine): SpentAmount {
  return { ts, nano: actual_nano, provider, model, team, project };
}
