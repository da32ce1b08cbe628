import type { ProviderName } from '../model.ts';
import type { BreakerFile } from './breaker-file.ts';
import { CLOSED } from './circuit.ts';
import type { AskAnswer, GuardStore } from './guard-store.ts';
import { noChanges } from './guard-store.ts';
import type { Changes, Outcome, Standing } from './guards.ts';
import type { EndOfClaim, RedisGuards } from './redis-guards.ts';

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
  let lastSeen: { at: number; providers: Standing[] } = { at: 0, providers: [] };

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
    await rememberShut();
  }

  /** What Redis said last is still true of providers that were to be left alone. */
  async function rememberShut(): Promise<void> {
    const { at, providers } = lastSeen;
    const now = seconds();
    const shut = providers.filter(({ state, seconds: left }) => SHUT.has(state) && at + left > now);
    if (shut.length === 0) return;
    await file.update((circuits) => {
      const next = { ...circuits };
      for (const { provider, state, seconds: left } of shut) {
        const known = next[provider] ?? CLOSED;
        const field = state === 'parked' ? 'parked_until' : 'open_until';
        next[provider] = { ...known, [field]: Math.max(known[field], at + left) };
      }
      return { circuits: next, result: undefined };
    });
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
    if (answer.kind === 'granted') lastSeen = { at: seconds(), providers: answer.providers };
    if (answer.kind === 'refused') lastSeen = { at: seconds(), providers: answer.refusal.providers };
    return answer;
  }

  function forget(callable: readonly ProviderName[]): void {
    if (callable.length === 0) return;
    lastSeen = { ...lastSeen, providers: lastSeen.providers.filter(({ provider }) => !callable.includes(provider)) };
  }

  async function end(
    outcomes: readonly Outcome[],
    claim: EndOfClaim | undefined,
  ): Promise<Changes & { stored: boolean }> {
    const ours = outcomes.filter(({ grant }) => grant.local);
    const theirs = outcomes.filter(({ grant }) => !grant.local);
    const here = ours.length === 0 ? noChanges() : await recordHere(ours);
    if (theirs.length === 0 && claim === undefined) return { ...here, stored: false };
    const there = await withRedis(
      () => redis.end(theirs, claim),
      async () => ({ ...(await recordHere(theirs)), stored: false }),
    );
    const changes = joined(here, there);
    forget(changes.closed);
    return { ...changes, stored: there.stored };
  }

  async function recordHere(outcomes: readonly Outcome[]): Promise<Changes> {
    const changes = await local.report(outcomes);
    mergeDue = true;
    return changes;
  }

  return {
    end,
    async ask(ask) {
      if (ask.chain.length === 0) return NOBODY_TO_CALL;
      return seen(
        await withRedis(
          () => redis.ask(ask),
          () => local.ask(ask),
        ),
      );
    },
    report: (outcomes) => end(outcomes, undefined),
    read: () =>
      withRedis(
        () => redis.read(),
        () => local.read(),
      ),
    async unpark(provider) {
      forget([provider]);
      await local.unpark(provider);
      await withRedis(
        () => redis.unpark(provider),
        async () => undefined,
      );
    },
  };
}

/** The end of a chain, also where a caller goes on with what is left of it. */
const NOBODY_TO_CALL: AskAnswer = {
  kind: 'refused',
  refusal: { verdict: 'refused', reason: 'unavailable', retryAfterSeconds: 0, providers: [] },
};

const SHUT: ReadonlySet<string> = new Set(['cooling', 'open', 'parked']);

function joined(left: Changes, right: Changes): Changes {
  return {
    opened: [...left.opened, ...right.opened],
    closed: [...left.closed, ...right.closed],
    parkedNow: [...left.parkedNow, ...right.parkedNow],
  };
}
