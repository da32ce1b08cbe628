import { ceilingNano, costNano, listNano } from '@nexus/finops';
import type { Reservation, ReserveRequest, Settlement } from '../guards/ledger-port.ts';
import type { ModelRequest, ProviderName, Usage } from '../model.ts';
import { refusedBudget } from './call-refused.ts';
import type { CallTags, RouterPorts } from './router-ports.ts';
import { addUsage, approximateUsage, noUsage, promptTokenCeiling } from './token-estimate.ts';

type BudgetPorts = Pick<RouterPorts, 'ledger' | 'priceOf' | 'keyOf' | 'newId' | 'onEvent' | 'now'>;
type Reserved = { id: string; nano: bigint; reason: string; soft: boolean; at: number };
type Prepared = { request: ReserveRequest; answer: Promise<Reservation | undefined> };

/** What one provider answer used; `usage` undefined = not told, counted by the characters of `text`. */
export type Used = {
  provider: ProviderName;
  request: ModelRequest;
  usage: Usage | undefined;
  text: string;
  latencyMs: number;
  /** Of no use to the caller. */
  wasted: boolean;
  /** Nobody knows what was used, and it may be everything: the whole reservation is paid (contract 9.4). */
  atEstimate?: boolean;
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
  /** Prices of this instant hold for the whole call: it is settled at those it was reserved at, whatever begins meanwhile. */
  private readonly pricedAt: number;
  private reserved: Reserved | undefined;
  private prepared: Prepared | undefined;
  /** Asked for, and nobody knows whether it was made. */
  private unanswered: string | undefined;
  private settling: Promise<void>[] = [];

  constructor(ports: BudgetPorts, tags: CallTags) {
    this.ports = ports;
    this.tags = tags;
    this.pricedAt = ports.now();
  }

  /** The soft budget is passed: the answer is to be shorter and cheaper. */
  get isSoft(): boolean {
    return this.reserved?.soft === true;
  }

  /** What a request would cost at most at one of these models: all output tokens, a ceiling of its prompt, the dearest prices. */
  estimate(request: ModelRequest, models: readonly { provider: ProviderName; model: string }[]): bigint {
    const promptTokens = promptTokenCeiling(request);
    return models
      .map(({ provider, model }) => this.ports.priceOf(provider, model, this.pricedAt))
      .map((price) => ceilingNano(promptTokens, request.max_tokens, price))
      .reduce((dearest, cost) => (cost > dearest ? cost : dearest), 0n);
  }

  /** Sends the reservation beside the question whether the call is let through; {@link reserve} then takes it up. */
  prepare(pass: string, nano: bigint, lifetimeSeconds: number): void {
    const { ledger } = this.ports;
    if (ledger.reserveAdmitted === undefined) return;
    const request = this.request(nano, lifetimeSeconds);
    const answer = ledger.reserveAdmitted(request, pass);
    // Whoever takes it up asks again where it failed.
    answer.catch(() => undefined);
    this.prepared = { request, answer };
  }

  /** Reserves once; a reservation that was not used up still holds. Throws a refusal, or that the ledger is not readable. */
  async reserve(nano: bigint, lifetimeSeconds: number): Promise<void> {
    if (this.reserved !== undefined) return;
    const request = this.prepared?.request ?? this.request(nano, lifetimeSeconds);
    this.unanswered = request.reservation_id;
    const reservation = (await this.takePrepared()) ?? (await this.ports.ledger.reserve(request));
    this.unanswered = undefined;
    this.reason = reservation.reason;
    if (!reservation.ok) throw refusedBudget(reservation);
    const { reason, soft, reserved_at: at } = reservation;
    this.reserved = { id: request.reservation_id, nano: request.estimate_nano, reason, soft, at };
  }

  /**
   * Settles what an answer cost, on the side: {@link settled} waits for it. It was paid: a ledger that cannot be reached now
   * is told as an event, not to the caller.
   */
  settle({ provider, request, usage: told, text, latencyMs, wasted, atEstimate = false }: Used): void {
    const reserved = this.reserved;
    this.reserved = undefined;
    if (reserved === undefined) return;
    const { model } = request;
    const usage = told ?? approximateUsage(request, text);
    const approx = told === undefined;
    const price = this.ports.priceOf(provider, model, this.pricedAt);
    const billing = {
      provider,
      model,
      usage,
      approx,
      wasted,
      reserved_at: reserved.at,
      estimated_nano: reserved.nano,
      actual_nano: atEstimate ? reserved.nano : costNano(usage, price),
      list_nano: atEstimate ? reserved.nano : listNano(usage, price),
      price_source: price.source,
      price_version: price.version,
      key_id: this.ports.keyOf(provider)?.id ?? '',
      latency_ms: latencyMs,
      budget_reason: reserved.reason,
    };
    this.usage = addUsage(this.usage, usage);
    this.approx ||= approx;
    this.costNano += billing.actual_nano;
    this.settling.push(this.tellLedger(reserved.id, billing));
    this.ports.onEvent({ type: 'billed', tags: this.tags, billing: { ...billing, reservation_id: reserved.id } });
  }

  /** Resolves when the ledger has, or could not be told, everything that was settled. */
  async settled(): Promise<void> {
    await Promise.all(this.settling.splice(0));
  }

  /** Gives back what is still reserved; a reservation nobody can give back now expires by itself. */
  async giveBack(): Promise<void> {
    const { reserved } = this;
    this.reserved = undefined;
    const id = reserved?.id ?? this.unanswered ?? (await this.preparedToGiveBack());
    this.unanswered = undefined;
    if (id === undefined) return;
    try {
      await this.ports.ledger.void(id);
    } catch (error: unknown) {
      // Of a call that was refused because the ledger is away there is nothing to tell.
      if (reserved !== undefined) this.ports.onEvent({ type: 'settle_failed', reservation_id: id, error });
    }
  }

  /** A prepared reservation nobody took up, also one whose answer was lost: it may have been made. */
  private async preparedToGiveBack(): Promise<string | undefined> {
    const { prepared } = this;
    this.prepared = undefined;
    const made = await prepared?.answer.then(
      (reservation) => reservation?.ok === true,
      () => true,
    );
    return made === true ? prepared?.request.reservation_id : undefined;
  }

  /** What became of the prepared reservation; undefined when there was none, or nobody knows: its id can be asked again. */
  private async takePrepared(): Promise<Reservation | undefined> {
    const answer = this.prepared?.answer;
    this.prepared = undefined;
    return answer?.catch(() => undefined);
  }

  private request(estimate_nano: bigint, lifetimeSeconds: number): ReserveRequest {
    const lifetime_s = Math.ceil(lifetimeSeconds);
    return { reservation_id: this.ports.newId(), estimate_nano, tags: this.tags, lifetime_s };
  }

  private async tellLedger(id: string, billing: Omit<Settlement, 'tags'>): Promise<void> {
    try {
      await this.ports.ledger.settle(id, { ...billing, tags: this.tags });
    } catch (error: unknown) {
      this.ports.onEvent({ type: 'settle_failed', reservation_id: id, error });
    }
  }
}
