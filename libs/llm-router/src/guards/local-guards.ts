import type { ProviderName } from '../model.ts';
import { PROVIDERS } from '../model.ts';
import type { BreakerFile, Circuits } from './breaker-file.ts';
import { afterReport, CLOSED, readingState, resultOf, standingOf, waitOf } from './circuit.ts';
import { type Ask, type AskAnswer, type GuardStore, noChanges, requestsPerMinute } from './guard-store.ts';
import type { StoreSettings } from './guard-store.ts';
import type { Changes, Grant, Outcome, Standing } from './guards.ts';
import { createTokenBuckets } from './token-buckets.ts';

export type LocalGuardsOptions = StoreSettings & {
  file: BreakerFile;
  /** Seconds since 1970. */
  seconds: () => number;
};

/** The guards of one machine while Redis is away: this process's own token buckets, circuits in the file. No dedupe. */
export function createLocalGuards({ limits, breaker, file, seconds }: LocalGuardsOptions): GuardStore {
  const buckets = createTokenBuckets();

  async function ask(request: Ask): Promise<AskAnswer> {
    if (request.unused?.local === true) giveBack(request.unused);
    const first = decide(request, await file.read(), seconds());
    if (first.chosen === undefined) return refusal(first);
    if (!first.chosen.probe) return grant(request, first, 0);
    // Only one process may have the probe: look again while nobody else can.
    return file.update((circuits) => {
      const now = seconds();
      const decided = decide(request, circuits, now);
      const provider = decided.chosen?.provider;
      if (provider === undefined) return { result: refusal(decided) };
      if (decided.chosen?.probe !== true) return { result: grant(request, decided, 0) };
      const circuit = { ...CLOSED, ...circuits[provider] };
      const probed = {
        ...circuit,
        generation: circuit.generation + 1,
        probe_until: now + request.deadlineSeconds,
      };
      return { circuits: { ...circuits, [provider]: probed }, result: grant(request, decided, 1) };
    });
  }

  function giveBack({ provider }: Grant): void {
    buckets.giveBack(provider, requestsPerMinute(limits, provider), { now: seconds() });
  }

  function decide({ chain, takesGlobal }: Ask, circuits: Circuits, now: number): Decision {
    const globalWait = takesGlobal ? buckets.waitFor('global', limits.rpmGlobal, { now }) : 0;
    const providers = chain.map((provider): Standing => {
      const standing = standingOf(circuits[provider] ?? CLOSED, now, breaker);
      if (standing.state !== 'usable' && standing.state !== 'probe') return { provider, ...standing };
      const wait = buckets.waitFor(provider, requestsPerMinute(limits, provider), { now });
      return wait > 0 ? { provider, state: 'limited', seconds: wait } : { provider, ...standing };
    });
    const first = providers.find(({ state }) => state === 'usable' || state === 'probe');
    const chosen =
      first === undefined || globalWait > 0
        ? undefined
        : {
            provider: first.provider,
            probe: first.state === 'probe',
            generation: circuits[first.provider]?.generation ?? 0,
          };
    return { now, globalWait, providers, chosen };
  }

  function grant({ takesGlobal }: Ask, decision: Decision, probeStep: 0 | 1): AskAnswer {
    const { chosen, now, providers } = decision;
    if (chosen === undefined) return refusal(decision);
    if (takesGlobal) buckets.take('global', limits.rpmGlobal, { now });
    buckets.take(chosen.provider, requestsPerMinute(limits, chosen.provider), { now });
    const granted: Grant = { ...chosen, generation: chosen.generation + probeStep, local: true };
    return { kind: 'granted', grant: granted, providers };
  }

  return {
    ask,
    report(outcomes) {
      const telling = outcomes.filter((outcome) => tells(outcome));
      if (telling.length === 0) return Promise.resolve(noChanges());
      return file.update((circuits) => {
        const changes = noChanges();
        const next = { ...circuits };
        for (const outcome of telling) applyReport(next, outcome, changes);
        return { circuits: next, result: changes };
      });
    },
    async read() {
      const circuits = await file.read();
      const now = seconds();
      return PROVIDERS.map((provider) => {
        const circuit = circuits[provider] ?? CLOSED;
        const { fail_count, first_fail_ts, open_until, opened_ts } = circuit;
        const state = readingState(circuit, now, breaker);
        return { provider, state, fail_count, first_fail_ts, open_until, opened_ts };
      });
    },
    unpark: (provider: ProviderName) =>
      file.update((circuits) => {
        const circuit = circuits[provider];
        if (circuit === undefined || circuit.parked_until === 0) return { result: undefined };
        const paid = { ...circuit, parked_until: 0, probe_until: 0, generation: circuit.generation + 1 };
        return { circuits: { ...circuits, [provider]: paid }, result: undefined };
      }),
  };

  function tells(outcome: Outcome): boolean {
    const result = resultOf(outcome);
    return outcome.grant.probe || result === 'failed' || result === 'no_money' || waitOf(outcome, breaker) > 0;
  }

  function applyReport(circuits: Circuits, outcome: Outcome, changes: Changes): void {
    const { provider, probe, generation, local } = outcome.grant;
    const report = {
      generation: local ? generation : undefined,
      probe,
      result: resultOf(outcome),
      waitSeconds: waitOf(outcome, breaker),
    };
    const { circuit, change } = afterReport(circuits[provider] ?? CLOSED, report, { now: seconds(), breaker });
    circuits[provider] = circuit;
    const { fail_count, open_until } = circuit;
    if (change === 'opened')
      changes.opened.push({ provider, fail_count, open_until, cooldown_s: breaker.cooldownSeconds });
    if (change === 'closed') changes.closed.push(provider);
    if (change === 'parked') changes.parkedNow.push(provider);
  }
}

type Decision = {
  now: number;
  globalWait: number;
  providers: Standing[];
  chosen: { provider: ProviderName; probe: boolean; generation: number } | undefined;
};

function refusal({ globalWait, providers }: Decision): AskAnswer {
  const limited = globalWait > 0 || providers.some(({ state }) => state === 'limited');
  const shortest = globalWait > 0 ? globalWait : Math.min(...providers.map(({ seconds }) => seconds));
  const reason = limited ? 'rate_limited' : 'unavailable';
  return { kind: 'refused', refusal: { verdict: 'refused', reason, retryAfterSeconds: shortest, providers } };
}
