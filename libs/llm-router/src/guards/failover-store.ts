import type { BreakerFile } from './breaker-file.ts';
import type { AskAnswer, GuardStore } from './guard-store.ts';
import { noChanges } from './guard-store.ts';
import type { Changes, Outcome } from './guards.ts';
import type { End, Ended, RedisGuards } from './redis-guards.ts';
import { createShutProviders } from './shut-providers.ts';

export type FailoverStore = GuardStore & Pick<RedisGuards, 'end'>;

export type FailoverStoreOptions = {
  redis: RedisGuards;
  local: GuardStore;
  file: BreakerFile;
  /** Seconds since 1970. */
  seconds: () => number;
  /** Told once an outage. */
  onError: (error: unknown) => void;
};

/** Redis while it answers, else this machine; what was learnt meanwhile is merged back before Redis is asked again. */
export function createFailoverStore({ redis, local, file, seconds, onError }: FailoverStoreOptions): FailoverStore {
  let away = false;
  /** At first too: an earlier process may have left its circuits. */
  let mergeDue = true;
  let merging: Promise<void> | undefined;
  const shut = createShutProviders(seconds);

  async function withRedis<Value>(ask: () => Promise<Value>, instead: () => Promise<Value>): Promise<Value> {
    let value: Value;
    try {
      if (mergeDue || merging !== undefined) await mergeBack();
      value = await ask();
    } catch (error) {
      await leave(error);
      return instead();
    }
    away = false;
    return value;
  }

  async function leave(error: unknown): Promise<void> {
    mergeDue = true;
    if (away) return;
    away = true;
    onError(error);
    // What Redis said last is still true.
    await shut.writeTo(file);
  }

  function mergeBack(): Promise<void> {
    merging ??= merge().finally(() => (merging = undefined));
    return merging;
  }

  async function merge(): Promise<void> {
    mergeDue = false;
    if (Object.keys(await file.read()).length === 0) return;
    await file.update(async (circuits) => {
      await redis.merge(circuits, seconds());
      return { circuits: {}, result: undefined };
    });
  }

  function seen(answer: AskAnswer): AskAnswer {
    if (answer.kind === 'granted') shut.note(answer.providers);
    if (answer.kind === 'refused') shut.note(answer.refusal.providers);
    return answer;
  }

  async function end({ outcomes, claim, rider }: End): Promise<Ended> {
    const ours = outcomes.filter(({ grant }) => grant.local);
    const theirs = outcomes.filter(({ grant }) => !grant.local);
    const here = ours.length === 0 ? noChanges() : await recordHere(ours);
    if (theirs.length === 0 && claim === undefined) return { ...here, stored: false };
    const there = await withRedis<Ended>(
      () => redis.end({ outcomes: theirs, claim, rider }),
      async () => ({ ...(await recordHere(theirs)), stored: false }),
    );
    if (!away) shut.noteChanges(there);
    return { ...joined(here, there), stored: there.stored, rode: there.rode };
  }

  async function recordHere(outcomes: readonly Outcome[]): Promise<Changes> {
    const changes = await local.report(outcomes);
    mergeDue = true;
    return changes;
  }

  return {
    end,
    ask(ask) {
      if (ask.chain.length === 0) return Promise.resolve(NOBODY_TO_CALL);
      const bounded = { ...ask, deadlineSeconds: Math.min(Math.max(1, ask.deadlineSeconds), LONGEST_PROBE_SECONDS) };
      return withRedis(
        () => redis.ask(bounded).then(seen),
        () => local.ask(bounded),
      );
    },
    report: (outcomes) => end({ outcomes }),
    read: () =>
      withRedis(
        () => redis.read(),
        () => local.read(),
      ),
    async unpark(provider) {
      shut.forget(provider);
      await local.unpark(provider);
      await withRedis(
        () => redis.unpark(provider),
        async () => undefined,
      );
    },
  };
}

/** No call takes longer; a probe that was lost must not shut a provider for longer. */
const LONGEST_PROBE_SECONDS = 3600;

/** The end of a chain, also where a caller goes on with what is left of it. */
const NOBODY_TO_CALL: AskAnswer = {
  kind: 'refused',
  refusal: { verdict: 'refused', reason: 'unavailable', retryAfterSeconds: 0, providers: [] },
};

function joined(left: Changes, right: Changes): Changes {
  return {
    opened: [...left.opened, ...right.opened],
    closed: [...left.closed, ...right.closed],
    parkedNow: [...left.parkedNow, ...right.parkedNow],
  };
}
