import { ceilingNano, costNano, listNano } from '@nexus/finops';
import type { LedgerRider, Reservation, ReserveRequest, Settlement } from '../guards/ledger-port.ts';
import type { ModelRequest, ProviderName, Usage } from '../model.ts';
import { refusedBudget } from './call-refused.ts';
import type { CallTags, RouterPorts } from './router-ports.ts';
import { addUsage, approximateUsage, noUsage, promptTokenCeiling } from './token-estimate.ts';

type BudgetPorts = Pick<RouterPorts, 'ledger' | 'priceOf' | 'keyOf' | 'newId' | 'onEvent' | 'now'>;
type Reserved = { id: string; nano: bigint; reason: string; soft: boolean; at: number };
type Asked = { request: ReserveRequest; answer?: Reservation | undefined };
type Billed = Settlement & { reservation_id: string };

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
  /** Asked for in the script that lets the call through. */
  private asked: Asked | undefined;
  /** Asked for, and nobody knows whether it was made. */
  private unanswered: string | undefined;
  /** Of the accepted answer: told in the script that concludes the call. */
  private unsettled: Billed | undefined;
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

  /** The argument with which the reservation rides in the script that lets the call through, where the ledger can. */
  reservationRider(nano: bigint, lifetimeSeconds: number): string | undefined {
    const rider = this.ports.ledger.riders?.reserve;
    if (rider === undefined) return undefined;
    this.asked = { request: this.request(nano, lifetimeSeconds) };
    return argumentOf(rider, this.asked.request);
  }

  /** Takes up what the rider replied, for {@link reserve}. Undefined: it did not run, or nobody knows. */
  reservationRode(reply: unknown): void {
    const { asked } = this;
    if (asked === undefined || reply === undefined) return;
    asked.answer = this.ports.ledger.riders?.reserve.read(reply, asked.request);
  }

  /**
   * Reserves once; a reservation that was not used up still holds, and then nothing is estimated: that takes the whole prompt.
   * Throws a refusal, or that the ledger is not readable.
   */
  async reserve(estimate: () => bigint, lifetimeSeconds: number): Promise<void> {
    if (this.reserved !== undefined) return;
    const { request, answer } = this.asked ?? { request: this.request(estimate(), lifetimeSeconds) };
    this.asked = undefined;
    this.unanswered = request.reservation_id;
    // The same id again: it was made once or not at all.
    const reservation = answer ?? (await this.ports.ledger.reserve(request));
    this.unanswered = undefined;
    this.reason = reservation.reason;
    if (!reservation.ok) throw refusedBudget(reservation);
    const { reason, soft, reserved_at: at } = reservation;
    this.reserved = { id: request.reservation_id, nano: request.estimate_nano, reason, soft, at };
  }

  /**
   * Settles what an answer cost, on the side: {@link settled} waits for it. It was paid: a ledger that cannot be reached now
   * is told as an event, not to the caller. An accepted answer is mostly the last: its settlement waits for
   * {@link settlementRider}, and whoever asks more before the end calls {@link settleNow}.
   */
  settle({ provider, request, usage: told, text, latencyMs, wasted, atEstimate = false }: Used): void {
    const reserved = this.reserved;
    this.reserved = undefined;
    if (reserved === undefined) return;
    const { model } = request;
    const usage = told ?? approximateUsage(request, text);
    const approx = told === undefined;
    const price = this.ports.priceOf(provider, model, this.pricedAt);
    const billed: Billed = {
      reservation_id: reserved.id,
      tags: this.tags,
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
    this.costNano += billed.actual_nano;
    this.settleNow();
    this.unsettled = billed;
    if (wasted || this.ports.ledger.riders === undefined) this.settleNow();
    this.ports.onEvent({ type: 'billed', tags: this.tags, billing: billed });
  }

  /** The argument with which the settlement rides in the script that concludes the call, where there is one to tell. */
  settlementRider(): string | undefined {
    const rider = this.ports.ledger.riders?.settle;
    return rider === undefined || this.unsettled === undefined ? undefined : argumentOf(rider, this.unsettled);
  }

  /** Takes up what the rider replied. What it did not settle, as far as anybody knows, {@link settled} does. */
  settlementRode(reply: unknown): void {
    if (this.unsettled === undefined || reply === undefined) return;
    const settled = this.ports.ledger.riders?.settle.read(reply, this.unsettled);
    if (settled !== undefined) this.unsettled = undefined;
  }

  /** Tells the ledger what waits for the end of the call. */
  settleNow(): void {
    if (this.unsettled !== undefined) this.settling.push(this.tellLedger(this.unsettled));
    this.unsettled = undefined;
  }

  /** Resolves when the ledger has, or could not be told, everything that was settled; undefined when nothing waits. */
  settled(): Promise<unknown> | undefined {
    this.settleNow();
    return this.settling.length === 0 ? undefined : Promise.all(this.settling.splice(0));
  }

  /** Gives back what is still reserved, where there is any; a reservation nobody can give back now expires by itself. */
  giveBack(): Promise<void> | undefined {
    const { reserved, asked } = this;
    this.reserved = undefined;
    this.asked = undefined;
    const id =
      reserved?.id ?? this.unanswered ?? (asked?.answer?.ok === true ? asked.request.reservation_id : undefined);
    this.unanswered = undefined;
    // Of a call that was refused because the ledger is away there is nothing to tell.
    return id === undefined ? undefined : this.void(id, reserved !== undefined);
  }

  private async void(id: string, tells: boolean): Promise<void> {
    try {
      await this.ports.ledger.void(id);
    } catch (error: unknown) {
      if (tells) this.ports.onEvent({ type: 'settle_failed', reservation_id: id, error });
    }
  }

  private request(estimate_nano: bigint, lifetimeSeconds: number): ReserveRequest {
    const lifetime_s = Math.ceil(lifetimeSeconds);
    return { reservation_id: this.ports.newId(), estimate_nano, tags: this.tags, lifetime_s };
  }

  private async tellLedger({ reservation_id, ...settlement }: Billed): Promise<void> {
    try {
      await this.ports.ledger.settle(reservation_id, settlement);
    } catch (error: unknown) {
      this.ports.onEvent({ type: 'settle_failed', reservation_id, error });
    }
  }
}

/** Undefined for what the ledger would not take: asked itself, it says why. */
function argumentOf<Request>(rider: LedgerRider<Request, unknown>, request: Request): string | undefined {
  try {
    return rider.argument(request);
  } catch {
    return undefined;
  }
}
