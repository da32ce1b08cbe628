import type { RateLimitFinding } from './finding.ts';

/** What is needed of an audit record; `ts` in milliseconds since 1970, `provider` empty when it names none. */
export type AuditedFailure = { ts: number; type: string; reason: string; provider: string };

/** The reason of contract 10.2, exactly. */
export const RATE_LIMIT_REASON = 'PROVIDER_RATE_LIMIT';
const FAILURE_TYPES: ReadonlySet<string> = new Set(['llm_provider_error', 'llm_fail']);
const MINUTE_MS = 60_000;

/** Counts answers `too many requests` in a window; times in milliseconds, the end is left out. */
export type RateLimitWindow = {
  /** Other records, and those outside of the window, are left out. */
  add: (record: AuditedFailure) => void;
  finding: (threshold: number) => RateLimitFinding | undefined;
};

/** An empty window. */
export function rateLimitsInWindow({ from, until }: { from: number; until: number }): RateLimitWindow {
  const providers = new Map<string, number>();
  let count = 0;
  return {
    add({ ts, type, reason, provider }) {
      if (ts < from || ts >= until || reason !== RATE_LIMIT_REASON || !FAILURE_TYPES.has(type)) return;
      count += 1;
      if (provider !== '') providers.set(provider, (providers.get(provider) ?? 0) + 1);
    },
    finding(threshold) {
      if (count < threshold || count === 0) return undefined;
      const named = [...providers].map(([name, times]) => ({ name, count: times }));
      return {
        kind: 'rate_limit_burst',
        count,
        threshold,
        window_min: (until - from) / MINUTE_MS,
        providers: named.sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1)),
      };
    },
  };
}
