import { costNano } from '@nexus/finops';
import type { ModelRequest, ProviderName, Usage } from '../model.ts';
import { refusedBudget } from './call-refused.ts';
import type { CallTags, RouterPorts } from './router-ports.ts';
import { addUsage, approximateUsage, noUsage, promptTokenCeiling } from './token-estimate.ts';

type BudgetPorts = Pick<RouterPorts, 'ledger' | 'priceOf' | 'keyOf' | 'newId' | 'onEvent'>;
type Reserved = { id: string; nano: bigint; reason: string; soft: boolean };

/** What one provider answer used; `usage` undefined = not told, counted by the characters of `text`. */
export type Used = {
  provider: ProviderName;
  request: ModelRequest;
  usage: Usage | undefined;
  text: string;
  latencyMs: number;
};

/**
 * The money of one call: reserve before an attempt, settle what it cost, give back what was not needed. Every billed
 * answer has a reservation of its own, so that a call that fails over never costs more than was reserved for it.
 */
export class CallBudget {
  /** Of all billed answers of the call. */
  usage: Usage = noUsage;
  approx = false;
  costNano = 0n;
  reason = 'ok';

  private readonly ports: BudgetPorts;
  private readonly tags: CallTags;
  private reserved: Reserved | undefined;

  constructor(ports: BudgetPorts, tags: CallTags) {
    this.ports = ports;
    this.tags = tags;
  }

  /** The soft budget is passed: the answer is to be shorter and cheaper. */
  get isSoft(): boolean {
    return this.reserved?.soft === true;
  }

  /** What a request would cost at most at one of these models: all output tokens, a ceiling of its prompt. */
  estimate(request: ModelRequest, models: readonly { provider: ProviderName; model: string }[]): bigint {
    const usage = { ...noUsage, input: promptTokenCeiling(request), output: request.max_tokens };
    return models
      .map(({ provider, model }) => costNano(usage, this.ports.priceOf(provider, model)))
      .reduce((dearest, cost) => (cost > dearest ? cost : dearest), 0n);
  }

  /** Reserves once; a reservation that was not used up still holds. Throws a refusal, or that the ledger is not readable. */
  async reserve(nano: bigint, lifetimeSeconds: number): Promise<void> {
    if (this.reserved !== undefined) return;
    const { team, project, purpose } = this.tags;
    const id = this.ports.newId();
    const lifetime_s = Math.ceil(lifetimeSeconds);
    const reservation = await this.ports.ledger.reserve({
      reservation_id: id,
      estimate_nano: nano,
      team,
      project,
      purpose,
      lifetime_s,
    });
    this.reason = reservation.reason;
    if (!reservation.ok) throw refusedBudget(reservation);
    this.reserved = { id, nano, reason: reservation.reason, soft: reservation.soft };
  }

  /** Settles what an answer cost. It was paid: a ledger that cannot be reached now is told as an event, not to the caller. */
  async settle({ provider, request, usage: told, text, latencyMs }: Used): Promise<void> {
    const reserved = this.reserved;
    this.reserved = undefined;
    if (reserved === undefined) return;
    const usage = told ?? approximateUsage(request, text);
    const approx = told === undefined;
    const price = this.ports.priceOf(provider, request.model);
    const actual = costNano(usage, price);
    this.usage = addUsage(this.usage, usage);
    this.approx ||= approx;
    this.costNano += actual;
    const { model } = request;
    try {
      await this.ports.ledger.settle(reserved.id, { actual_nano: actual, provider, model, usage, approx });
    } catch (error: unknown) {
      this.ports.onEvent({ type: 'settle_failed', reservation_id: reserved.id, error });
    }
    this.ports.onEvent({
      type: 'billed',
      tags: this.tags,
      billing: {
        provider,
        model,
        usage,
        approx,
        estimated_nano: reserved.nano,
        actual_nano: actual,
        latency_ms: latencyMs,
        budget_reason: reserved.reason,
        key_id: this.ports.keyOf(provider)?.id ?? '',
        reservation_id: reserved.id,
        price_source: price.source,
      },
    });
  }

  /** Gives back what is still reserved; a reservation nobody can give back now expires by itself. */
  async giveBack(): Promise<void> {
    const reserved = this.reserved;
    this.reserved = undefined;
    if (reserved === undefined) return;
    try {
      await this.ports.ledger.void(reserved.id);
    } catch (error: unknown) {
      this.ports.onEvent({ type: 'settle_failed', reservation_id: reserved.id, error });
    }
  }
}
