import { describeCircuits } from './circuit-conformance.ts';
import { describeEqualCalls } from './equal-call-conformance.ts';
import { BREAKER, MANY, type OpenGuards, type OpenWith } from './guard-calls.ts';
import { describeRateLimits } from './rate-limit-conformance.ts';

/** What Redis and the local fallback both promise. Call inside a test file. */
export function describeGuards(name: string, open: OpenGuards): void {
  const openWith: OpenWith = (options = {}) => open({ limits: MANY, breaker: BREAKER, ...options });
  describeRateLimits(name, openWith);
  describeCircuits(name, openWith);
  describeEqualCalls(name, openWith);
}
