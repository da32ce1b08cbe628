/** An amount somebody spent, nano-USD. */
export type NamedAmount = { name: string; nano: bigint };

/** At least `threshold_nano` was spent within the window. `models` and `projects` are the dearest, at most three each. */
export type CostFinding = {
  kind: 'cost';
  spent_nano: bigint;
  threshold_nano: bigint;
  window_min: number;
  models: NamedAmount[];
  projects: NamedAmount[];
};

/** Providers answered `too many requests` at least `threshold` times within the window. */
export type RateLimitFinding = {
  kind: 'rate_limit_burst';
  count: number;
  threshold: number;
  window_min: number;
  providers: { name: string; count: number }[];
};

/** Calls have been kept away from a provider for `minutes` without a break; `since` in seconds since 1970. */
export type BreakerFinding = {
  kind: 'breaker_open';
  provider: string;
  since: number;
  minutes: number;
  threshold_min: number;
};

/** What is wrong right now, as the rules of operations have it. */
export type RuleFinding = CostFinding | RateLimitFinding | BreakerFinding;

/** The kinds of rule findings, for labels. */
export const RULE_KINDS = ['cost', 'rate_limit_burst', 'breaker_open'] as const;

/** Equal anomalies have equal keys: each is told once in its window. */
export function findingKey(finding: RuleFinding): string {
  return finding.kind === 'breaker_open' ? `breaker_open:${finding.provider}` : finding.kind;
}
