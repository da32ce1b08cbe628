import { expect } from '@jest/globals';
import type { FailureKind } from '../provider-failure.ts';
import type { ProviderName } from '../model.ts';
import type {
  Admission,
  BreakerSettings,
  Granted,
  GuardedCall,
  Guards,
  RateLimits,
  Refused,
} from '../guards/guards.ts';

/** Guards under test, and how their time passes without waiting. */
export type GuardsUnderTest = {
  guards: Guards;
  pass: (seconds: number) => Promise<void>;
};

export type GuardsUnderTestOptions = { limits: RateLimits; breaker: BreakerSettings };

/** Opens guards that nothing has passed yet. */
export type OpenGuards = (options: GuardsUnderTestOptions) => Promise<GuardsUnderTest>;

/** The same, with limits and circuits that most tests do not meet. */
export type OpenWith = (options?: Partial<GuardsUnderTestOptions>) => Promise<GuardsUnderTest>;

export const BREAKER: BreakerSettings = { windowSeconds: 300, failThreshold: 3, cooldownSeconds: 120 };
export const MANY: RateLimits = { rpmGlobal: 100_000, rpmByProvider: {}, rpmDefault: 100_000 };
export const CHAIN = ['gemini', 'openai'] as const;
export const ANSWER = { provider: 'gemini', model: 'model', text: 'answer' } as const;

/** A call of these providers without dedupe. */
export function callOf(...chain: ProviderName[]): GuardedCall {
  return { chain, deadlineSeconds: 60 };
}

/** The admission of a call that must be let through. */
export function granted(admission: Admission): Granted {
  if (admission.verdict !== 'granted') throw new Error(`the call was not let through: ${JSON.stringify(admission)}`);
  return admission;
}

export function refused(admission: Admission): Refused {
  if (admission.verdict !== 'refused') throw new Error(`the call was not refused but ${admission.verdict}`);
  return admission;
}

/** Ends a call: without a kind it succeeded. */
export function conclude(
  guards: Guards,
  call: Granted,
  failure?: { kind: FailureKind; retryAfterSeconds?: number },
): ReturnType<Guards['conclude']> {
  return guards.conclude(call, { outcomes: [{ grant: call.grant, failure }] });
}

/** So many calls, each of which fails. */
export async function fail(guards: Guards, kind: FailureKind, { times = 1, chain = CHAIN } = {}) {
  let last;
  for (let i = 0; i < times; i++)
    last = await conclude(guards, granted(await guards.admit(callOf(...chain))), { kind });
  return last;
}

/** Redis counts on while a test runs; a slow machine may lose some seconds. */
export function expectAbout(actual: number, seconds: number): void {
  expect(actual).toBeLessThanOrEqual(seconds);
  expect(actual).toBeGreaterThan(seconds - 10);
}
