import type { Redis } from 'ioredis';
import { PROVIDERS } from '../model.ts';
import type { Circuits } from './breaker-file.ts';
import { PARK_SECONDS, readingState, resultOf, waitOf } from './circuit.ts';
import { type Ask, type AskAnswer, type GuardStore, noChanges, requestsPerMinute } from './guard-store.ts';
import type { StoreSettings } from './guard-store.ts';
import { bindGuardScripts, guardKeys, type RiderScripts } from './guard-scripts.ts';
import { type AdmitReply, type ChangeReply, circuitFrom, type ConcludeReply } from './guard-replies.ts';
import { readReply, readStored } from './guard-replies.ts';
import type { Changes, Outcome, StoredAnswer } from './guards.ts';

/** A claim that nobody renews ends after this: so long do equal calls wait for a caller that died. */
export const CLAIM_LEASE_MS = 10_000;

/** `answer` undefined = the claim ends without one. */
export type EndOfClaim = { key: string; token: string; ttlSeconds: number; answer: StoredAnswer | undefined };
export type ClaimRef = { key: string; token: string };
/** `rider` = argument of the script that rides in the conclusion; without it none does. */
export type End = { outcomes: readonly Outcome[]; claim?: EndOfClaim | undefined; rider?: string | undefined };
/** `rode` = reply of the rider, undefined when it did not run or nobody knows. */
export type Ended = Changes & { stored: boolean; rode?: unknown };

/** The guards all processes share. Every method rejects when Redis is away; one script, one round trip each. */
export type RedisGuards = GuardStore & {
  end(end: End): Promise<Ended>;
  /** Takes over circuits kept elsewhere; `now` is the time by the clock they were written by, in seconds. */
  merge(circuits: Circuits, now: number): Promise<void>;
  renew(claims: readonly ClaimRef[]): Promise<void>;
};

export function createRedisGuards(
  redis: Redis,
  { limits, breaker, riders }: StoreSettings & { riders: RiderScripts },
): RedisGuards {
  const keys = guardKeys(redis.isCluster);
  const run = bindGuardScripts(redis, riders);

  async function ask(request: Ask): Promise<AskAnswer> {
    const { chain, claim, deadlineSeconds, takesGlobal, rider } = request;
    const unused = request.unused?.local === false ? request.unused.provider : undefined;
    const asked = [
      String(CLAIM_LEASE_MS),
      breaker.failThreshold,
      deadlineSeconds,
      breaker.windowSeconds,
      takesGlobal ? limits.rpmGlobal : 0,
      unused ?? '',
      unused === undefined ? 0 : requestsPerMinute(limits, unused),
    ];
    for (const provider of chain) asked.push(provider, requestsPerMinute(limits, provider));
    const reply = (await run(
      'admit',
      [keys.circuits, keys.buckets, keys.answer(claim?.key), keys.claim(claim?.key)],
      claim?.token ?? '',
      JSON.stringify(asked),
      ...(rider === undefined ? [] : [rider]),
    )) as AdmitReply;
    if (reply[0] !== 'hit') return readReply(reply, chain);
    const answer = readStored(reply[1]);
    if (answer !== undefined) return { kind: 'hit', answer };
    // Somebody else wrote there; what cannot be read is no answer.
    await redis.del(keys.answer(claim?.key));
    return ask(request);
  }

  async function end({ outcomes, claim, rider }: End): Promise<Ended> {
    const telling = outcomes.filter((outcome) => tellsSomething(outcome));
    if (telling.length === 0 && claim === undefined) return { ...noChanges(), stored: false };
    const [stored, rode, ...changes] = (await run(
      'conclude',
      [keys.circuits, keys.answer(claim?.key), keys.claim(claim?.key)],
      claim?.token ?? '',
      claim?.answer === undefined ? '' : JSON.stringify(claim.answer),
      Math.ceil(claim?.ttlSeconds ?? 0),
      telling.length === 0 ? '' : JSON.stringify(reports(telling)),
      ...(rider === undefined ? [] : [rider]),
    )) as ConcludeReply;
    return { ...readChanges(changes), stored: stored === 1, rode: rode ?? undefined };
  }

  function reports(outcomes: readonly Outcome[]): (string | number)[] {
    const { windowSeconds, failThreshold, cooldownSeconds } = breaker;
    return [
      ...[windowSeconds, failThreshold, cooldownSeconds, PARK_SECONDS],
      ...outcomes.flatMap((outcome) => reportOf(outcome)),
    ];
  }

  function tellsSomething(outcome: Outcome): boolean {
    const result = resultOf(outcome);
    return outcome.grant.probe || result === 'failed' || result === 'no_money' || waitOf(outcome, breaker) > 0;
  }

  function reportOf(outcome: Outcome): (string | number)[] {
    const { provider, generation, probe } = outcome.grant;
    return [provider, generation, probe ? 1 : 0, resultOf(outcome), waitOf(outcome, breaker)];
  }

  function readChanges(replies: readonly ChangeReply[]): Changes {
    const changes = noChanges();
    for (const [provider, change, fail_count, openUntil] of replies) {
      const opened = { provider, fail_count, open_until: Number(openUntil), cooldown_s: breaker.cooldownSeconds };
      if (change === 'opened') changes.opened.push(opened);
      if (change === 'closed') changes.closed.push(provider);
      if (change === 'parked') changes.parkedNow.push(provider);
    }
    return changes;
  }

  return {
    ask,
    end,
    report: (outcomes) => end({ outcomes }),
    async read() {
      const [now, ...rows] = (await run('read', [keys.circuits], ...PROVIDERS)) as [string, ...(string | null)[][]];
      return PROVIDERS.map((provider, index) => {
        const circuit = circuitFrom(rows[index] ?? []);
        const { fail_count, first_fail_ts, open_until, opened_ts } = circuit;
        const state = readingState(circuit, Number(now), breaker);
        return { provider, state, fail_count, first_fail_ts, open_until, opened_ts };
      });
    },
    async unpark(provider) {
      await run('unpark', [`${keys.circuits}${provider}`]);
    },
    async merge(circuits, now) {
      await run('merge', [keys.circuits], breaker.windowSeconds, ...mergeArguments(circuits, { now, ...breaker }));
    },
    async renew(claims) {
      const pairs = claims.flatMap(({ key, token }) => [key, token]);
      await run('renew', [keys.claims], CLAIM_LEASE_MS, ...pairs);
    },
  };
}

/** Times as seconds from now, so that the two clocks need not agree. A window that has passed counts nothing. */
function mergeArguments(
  circuits: Circuits,
  { now, windowSeconds, failThreshold }: { now: number; windowSeconds: number; failThreshold: number },
): (string | number)[] {
  return Object.entries(circuits).flatMap(([provider, circuit]) => {
    const age = Math.max(0, now - circuit.first_fail_ts);
    const counts = circuit.fail_count >= failThreshold || age < windowSeconds;
    const open = Math.max(0, circuit.open_until - now);
    const parked = Math.max(0, circuit.parked_until - now);
    return [provider, counts ? circuit.fail_count : 0, Math.min(age, windowSeconds), open, parked];
  });
}
