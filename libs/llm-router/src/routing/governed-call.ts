import type { Granted, Guards, Outcome, Refused } from '../guards/guards.ts';
import type { ModelAnswer, ModelRequest, ProviderName } from '../model.ts';
import { failureKinds, isProviderFailure, type ProviderFailure } from '../provider-failure.ts';
import { backoffSeconds } from './backoff.ts';
import { CallBudget } from './call-budget.ts';
import { CallRefused, refusedByGuards } from './call-refused.ts';
import type { Conclusions } from './conclusions.ts';
import { answerToShare } from './router-answer.ts';
import { tryProvider, type Work } from './try-provider.ts';
import type { Attempt, CallTags, RouterOptions, RouterPorts } from './router-ports.ts';

/** Everything but the model, which depends on the provider. */
export type PromptRequest = Omit<ModelRequest, 'model'>;

export type GovernedOptions = {
  chain: readonly ProviderName[];
  model: string | undefined;
  /** A provider the caller insists on is kept, however dear. */
  pinned: boolean;
  tags: CallTags;
  dedupe: { key: string; ttlSeconds: number } | undefined;
  timeoutSeconds: number;
  /** Of the caller: aborts when it hangs up. */
  signal: AbortSignal;
};

export type GovernedPorts = RouterPorts & { conclusions: Pick<Conclusions, 'add'> };

/** An accepted answer with who gave it and what it took. */
export type Served = { provider: ProviderName; model: string; answer: ModelAnswer; latencyMs: number };

/** An answer as its door took it: `text` is what equal calls are given, `costNano` what it cost with its repairs. */
export type Accepted = { served: Served; text: string; costNano?: bigint };

/**
 * One call through every guard: admitted, its budget reserved, tried at one provider after the other, settled, concluded.
 * Every way out settles or gives back what was reserved, and tells the guards. `run` once, then `conclude`.
 */
export class GovernedCall {
  readonly attempts: Attempt[] = [];
  readonly budget: CallBudget;
  /** Another than the first provider answered, or the soft budget changed the request. */
  degraded = false;

  private readonly ports: GovernedPorts;
  private readonly options: RouterOptions & GovernedOptions;
  private readonly prompt: PromptRequest;
  private readonly deadline: number;
  private granted: Granted | undefined;
  private unreported: Outcome[] = [];
  /** Nobody has been called with the present grant yet. */
  private isUnused = false;
  private isCommitted = false;
  private isConcluded = false;

  constructor(ports: GovernedPorts, options: RouterOptions & GovernedOptions, prompt: PromptRequest) {
    this.ports = ports;
    this.options = options;
    this.prompt = prompt;
    this.deadline = ports.now() + options.totalSeconds * 1000;
    this.budget = new CallBudget(ports, options.tags);
  }

  /** Asks the guards. A hit is an answer of an equal call; then there is nothing to run. */
  async admit(): Promise<Exclude<Awaited<ReturnType<Guards['admit']>>, Granted | Refused> | undefined> {
    const { chain, dedupe, signal } = this.options;
    const deadlineSeconds = this.secondsLeft();
    const rider = () => this.budget.reservationRider(this.estimate(chain), this.reservationSeconds());
    const admission = await this.ports.guards.admit({ chain, deadlineSeconds, dedupe, signal, rider });
    if (admission.verdict === 'hit') return admission;
    if (admission.verdict === 'refused') throw refusedByGuards(admission);
    this.take(admission);
    this.budget.reservationRode(admission.rode);
    return undefined;
  }

  /** Tries the chain until somebody answers. Throws a {@link CallRefused} or the failure that decided. */
  async run(work: Work): Promise<Served> {
    let left = this.options.chain;
    await this.reserve(left);
    left = await this.degrade(left);
    for (let tries = 0; ;) {
      const provider = this.grant().provider;
      const outcome = await this.attempt(provider, work);
      if (!isProviderFailure(outcome)) return outcome;
      const { retry, movesOn } = failureKinds[outcome.llm.kind];
      const over = !movesOn || this.isCommitted || this.options.signal.aborted;
      if (over) throw outcome;
      const again =
        retry && tries < this.options.maxRetries && !this.grant().probe && (await this.pause(tries, outcome));
      tries = again ? tries + 1 : 0;
      left = again ? left : left.filter((name) => name !== provider);
      const next = again ? [provider, ...left.filter((name) => name !== provider)] : left;
      if (next.length === 0) throw outcome;
      const moved = await this.moveOn(next, { failed: outcome });
      if (moved !== provider) {
        tries = 0;
        left = left.filter((name) => name !== provider);
        this.degraded = true;
      }
      await this.reserve(left);
    }
  }

  /**
   * Tells the guards what became of the attempts so far, without ending the call: a provider that was probed and answered
   * is well, and may be asked again at once. For doors that ask more calls before they accept an answer.
   */
  async report(): Promise<void> {
    const outcomes = this.unreported;
    this.unreported = [];
    this.budget.settleNow();
    this.tell(await this.ports.guards.report(outcomes));
  }

  /**
   * Tells the guards and the ledger how it ended, in one round trip; shares an accepted text with equal calls, and gives
   * back what is still reserved. Nobody waits for it: it leaves in this turn of the event loop, as the answer does, and
   * {@link Conclusions} knows when it has been told as far as it can be. Does nothing after the first time.
   */
  conclude(accepted: Accepted | undefined): void {
    if (this.isConcluded) return;
    this.isConcluded = true;
    this.ports.conclusions.add(this.tellEnd(accepted));
  }

  private async tellEnd(accepted: Accepted | undefined): Promise<void> {
    try {
      const givingBack = this.budget.giveBack();
      const granted = this.granted;
      this.granted = undefined;
      try {
        if (granted !== undefined) await this.tellGuards(granted, accepted);
      } finally {
        await givingBack;
        await this.budget.settled();
      }
    } catch (error: unknown) {
      this.ports.onEvent({ type: 'conclude_failed', error });
    }
  }

  private async tellGuards(granted: Granted, accepted: Accepted | undefined): Promise<void> {
    const answer = accepted === undefined ? undefined : answerToShare(accepted, this.budget.costNano);
    const outcomes = this.isUnused ? [...this.unreported, cancelled(granted.grant)] : this.unreported;
    const rider = this.budget.settlementRider();
    const changes = await this.ports.guards.conclude(granted, { outcomes, answer, rider });
    this.budget.settlementRode(changes.rode);
    this.tell(changes);
    if (changes.stored) this.ports.onEvent({ type: 'dedupe_set', tags: this.options.tags });
  }

  private grant(): Granted['grant'] {
    if (this.granted === undefined) throw new Error('the call was not admitted, or is concluded');
    return this.granted.grant;
  }

  private secondsLeft(): number {
    return Math.max(0.001, (this.deadline - this.ports.now()) / 1000);
  }

  private modelOf(provider: ProviderName): string {
    return this.options.model ?? this.ports.modelOf(provider);
  }

  private requestFor(provider: ProviderName): ModelRequest {
    const { soft } = this.options;
    const capped = this.budget.isSoft ? Math.min(this.prompt.max_tokens, soft.maxOutputTokens) : this.prompt.max_tokens;
    return { ...this.prompt, model: this.modelOf(provider), max_tokens: Math.max(1, capped) };
  }

  private estimate(chain: readonly ProviderName[]): bigint {
    const models = chain.map((provider) => ({ provider, model: this.modelOf(provider) }));
    return this.budget.estimate({ ...this.prompt, model: '' }, models);
  }

  private reserve(chain: readonly ProviderName[]): Promise<void> {
    return this.budget.reserve(() => this.estimate(chain), this.reservationSeconds());
  }

  /** Longer than the call can take, so that a reservation expires only when its caller has died. */
  private reservationSeconds(): number {
    return this.secondsLeft() + 60;
  }

  /** Past the soft budget the cheapest goes first; a provider the caller insists on is kept. */
  private async degrade(chain: readonly ProviderName[]): Promise<readonly ProviderName[]> {
    if (!this.budget.isSoft) return chain;
    this.degraded = true;
    if (this.options.pinned || !this.options.soft.preferCheapest || chain.length === 1) return chain;
    const cost = (provider: ProviderName) => this.estimate([provider]);
    const cheapestFirst = chain.toSorted((left, right) => Number(cost(left) - cost(right)));
    if (cheapestFirst[0] === this.grant().provider) return cheapestFirst;
    const unused = this.grant();
    this.unreported.push(cancelled(unused));
    await this.moveOn(cheapestFirst, { unused });
    return cheapestFirst;
  }

  private async attempt(provider: ProviderName, work: Work): Promise<Served | ProviderFailure> {
    const key = this.ports.keyOf(provider);
    if (key === undefined) throw new CallRefused({ code: 'PROVIDER_DISABLED', message: `${provider} has no key.` });
    const request = this.requestFor(provider);
    this.isUnused = false;
    const { outcome, attempt } = await tryProvider(
      this.ports,
      {
        provider,
        request,
        key,
        tags: this.options.tags,
        timeoutSeconds: Math.min(this.options.timeoutSeconds, this.secondsLeft()),
        signal: this.options.signal,
        committed: () => {
          this.isCommitted = true;
        },
      },
      work,
    );
    const latencyMs = attempt.latency_ms;
    const failed = isProviderFailure(outcome) ? outcome : undefined;
    const { kind, retryAfterSeconds } = failed?.llm ?? {};
    this.unreported.push({
      grant: this.grant(),
      ...(kind === undefined ? {} : { failure: { kind, retryAfterSeconds } }),
    });
    this.attempts.push(attempt);
    const used = { provider, request, latencyMs, wasted: failed !== undefined };
    if (!isProviderFailure(outcome)) {
      this.budget.settle({ ...used, usage: outcome.usage, text: outcome.text });
      return { provider, model: request.model, answer: outcome, latencyMs };
    }
    const { billed } = outcome.llm;
    const atEstimate = kind === 'timeout';
    if (billed.state === 'yes') this.budget.settle({ ...used, usage: billed.usage, text: '' });
    if (billed.state === 'unknown')
      this.budget.settle({ ...used, usage: undefined, text: billed.partialText, atEstimate });
    return outcome;
  }

  /** Waits before another try of the same provider; false when its wait does not fit into the time left. */
  private async pause(tries: number, failed: ProviderFailure): Promise<boolean> {
    const seconds = backoffSeconds(tries, failed.llm.retryAfterSeconds, this.ports.random);
    if (seconds >= this.secondsLeft()) return false;
    await this.ports.wait(seconds * 1000, this.options.signal);
    return !this.options.signal.aborted;
  }

  private async moveOn(
    chain: readonly ProviderName[],
    { failed, unused }: { failed?: ProviderFailure; unused?: Granted['grant'] },
  ): Promise<ProviderName> {
    if (this.granted === undefined) throw new Error('the call was not admitted, or is concluded');
    const outcomes = this.unreported;
    this.unreported = [];
    this.isUnused = false;
    const next = { outcomes, chain, deadlineSeconds: this.secondsLeft(), unused };
    const { admission, changes } = await this.ports.guards.failOver(this.granted, next);
    this.tell(changes);
    if (admission.verdict === 'refused') throw failed ?? refusedByGuards(admission);
    this.take(admission);
    return admission.grant.provider;
  }

  private take(granted: Granted): void {
    this.granted = granted;
    this.isUnused = true;
    // The first of the chain may have been passed over without an attempt.
    this.degraded ||= granted.grant.provider !== this.options.chain[0];
  }

  private tell({ opened, parkedNow }: Awaited<ReturnType<Guards['failOver']>>['changes']): void {
    for (const circuit of opened) this.ports.onEvent({ type: 'circuit_opened', circuit });
    for (const provider of parkedNow) this.ports.onEvent({ type: 'parked', provider });
  }
}

/** An attempt that was never made, so that a probe is free again. */
function cancelled(grant: Granted['grant']): Outcome {
  return { grant, failure: { kind: 'cancelled' } };
}
