import type { Redis } from 'ioredis';
import { createBreakerFile } from './breaker-file.ts';
import { createCallFlights, type Flight, unlessAborted } from './call-flights.ts';
import { createClaimRenewal } from './claim-renewal.ts';
import { createFailoverStore } from './failover-store.ts';
import type { Ask, AskAnswer } from './guard-store.ts';
import type { Admission, BreakerSettings, Granted, GuardedCall, Guards, RateLimits, StoredAnswer } from './guards.ts';
import { createLocalGuards } from './local-guards.ts';
import type { RiderScripts } from './guard-scripts.ts';
import { createRedisGuards } from './redis-guards.ts';

export type GuardsOptions = {
  /** A request connection: it fails fast while Redis is away. */
  redis: Redis;
  limits: RateLimits;
  breaker: BreakerSettings;
  /** Scripts that ride in the admission and in the conclusion of a call that brings their argument. */
  riders?: RiderScripts | undefined;
  /** BREAKER_STATE_PATH: the file of circuits while Redis is away. */
  statePath: string;
  /** Milliseconds since 1970; used for the file and for local limits only, Redis has its own clock. */
  now: () => number;
  /** Resolves after so many milliseconds; need not keep the process alive. */
  wait: (milliseconds: number) => Promise<void>;
  /** A token nobody else has, e.g. a UUID; also part of file names. */
  newToken: () => string;
  /** Told once an outage of Redis, and when the file cannot be read or written. */
  onError: (error: unknown) => void;
};

const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 250;

/**
 * The guards of model calls; see {@link Guards}. Several may share a Redis, a connection and a file. Throws a RangeError
 * for limits or a threshold below 1.
 */
export function createGuards(options: GuardsOptions): Guards {
  const { limits, breaker, now, wait, newToken, onError } = options;
  assertFromOne(limits, breaker);
  const file = createBreakerFile({ path: options.statePath, wait, newToken, onError });
  const redis = createRedisGuards(options.redis, { limits, breaker, riders: options.riders ?? {} });
  const local = createLocalGuards({ limits, breaker, file, seconds: () => now() / 1000 });
  const store = createFailoverStore({ redis, local, file, seconds: () => now() / 1000, onError });
  const flights = createCallFlights();
  const renewal = createClaimRenewal({ renew: (claims) => redis.renew(claims), wait });

  async function admit(call: GuardedCall): Promise<Admission> {
    const { dedupe, signal } = call;
    if (dedupe === undefined || dedupe.ttlSeconds <= 0) return admission(await store.ask(askOf(call)), call);
    let flight = flights.current(dedupe.key);
    while (flight !== undefined) {
      const landing = await unlessAborted(flight.landed, signal);
      if (landing.kind === 'answer') return { verdict: 'hit', answer: landing.answer, shared: true };
      if (landing.kind === 'refused') return landing.refusal;
      flight = flights.current(dedupe.key);
    }
    return lead(call, flights.start(dedupe.key));
  }

  /** Asks for all equal calls of this process; lands the flight unless the call was let through. */
  async function lead(call: GuardedCall, flight: Flight): Promise<Admission> {
    try {
      const token = newToken();
      const asked = askOf(call, token);
      let answer = await store.ask(asked);
      if (answer.kind === 'wait') answer = await untilDecided(call, asked, answer);
      const result = admission(answer, call, { flight, token });
      if (result.verdict === 'hit') flight.land({ kind: 'answer', answer: result.answer });
      if (result.verdict === 'refused') flight.land({ kind: 'refused', refusal: result });
      return result;
    } catch (error) {
      flight.land({ kind: 'empty' });
      throw error;
    }
  }

  /** While an equal call is in flight elsewhere: asks again until it has an answer, has failed, or its owner has died. */
  async function untilDecided({ signal }: GuardedCall, asked: Ask, first: AskAnswer): Promise<AskAnswer> {
    let answer = first;
    for (let pause = FIRST_POLL_MS; answer.kind === 'wait'; pause = Math.min(pause * 1.5, LONGEST_POLL_MS)) {
      await unlessAborted(wait(Math.min(pause, answer.milliseconds + 1)), signal);
      answer = await store.ask(asked);
    }
    return answer;
  }

  function admission(answer: AskAnswer, { dedupe }: GuardedCall, led?: { flight: Flight; token: string }): Admission {
    if (answer.kind === 'hit') return { verdict: 'hit', answer: answer.answer, shared: false };
    if (answer.kind === 'refused') return answer.refusal;
    if (answer.kind === 'wait') throw new Error('a call without dedupe was told to wait for an equal one');
    const { grant, providers, rode } = answer;
    const claim =
      dedupe === undefined || led === undefined || grant.local ? undefined : { ...dedupe, token: led.token };
    if (claim !== undefined) renewal.hold(claim);
    function land(shared: Parameters<Granted['ticket']['land']>[0]): void {
      led?.flight.land(shared === undefined ? { kind: 'empty' } : { kind: 'answer', answer: shared });
    }
    return { verdict: 'granted', grant, providers, rode, ticket: { dedupe: claim, land } };
  }

  return {
    admit,
    async failOver({ ticket }, { outcomes, chain, deadlineSeconds, unused }) {
      const request = { chain, deadlineSeconds, takesGlobal: false, unused };
      const [changes, answer] = await Promise.all([store.report(outcomes), store.ask(request)]);
      const result = admission(answer, { chain, deadlineSeconds });
      if (result.verdict === 'hit') throw new Error('a call without dedupe was given an answer');
      return { admission: result.verdict === 'granted' ? { ...result, ticket } : result, changes };
    },
    report: (outcomes) => store.report(outcomes),
    async conclude({ ticket }, { outcomes, answer, rider }) {
      const claim = ticket.dedupe;
      const stored = answer === undefined ? undefined : storedAnswer(now() / 1000, answer);
      if (claim !== undefined) renewal.release(claim);
      try {
        const end = claim === undefined ? undefined : { ...claim, answer: stored };
        return await store.end({ outcomes, claim: end, rider });
      } finally {
        // After the cache has it: whoever comes next finds either the flight or the answer.
        ticket.land(stored);
      }
    },
    readBreakers: () => store.read(),
    clearParked: (provider) => store.unpark(provider),
  };
}

/** In the order in which it is written; what is not there is not written. */
function storedAnswer(ts: number, answer: Omit<StoredAnswer, 'ts'>): StoredAnswer {
  const { provider, model, text, finish, cost_nano, tool_calls } = answer;
  return { ts, provider, model, text, tool_calls, finish, cost_nano };
}

function assertFromOne({ rpmGlobal, rpmDefault, rpmByProvider }: RateLimits, { failThreshold }: BreakerSettings): void {
  const numbers = [rpmGlobal, rpmDefault, failThreshold, ...Object.values(rpmByProvider)];
  if (numbers.every((number) => number >= 1)) return;
  throw new RangeError(
    'A rate limit or BREAKER_FAIL_THRESHOLD is below 1, which would stop every call: set 1 or more.',
  );
}

function askOf({ chain, deadlineSeconds, dedupe, rider }: GuardedCall, token?: string): Ask {
  const claim = dedupe === undefined || token === undefined ? undefined : { key: dedupe.key, token };
  return { chain, claim, deadlineSeconds, takesGlobal: true, rider: rider?.() };
}
