import type { FailureKind } from '../provider-failure.ts';
import type { ModelToolCall, ProviderName } from '../model.ts';

/**
 * How a provider stands at the moment of asking. `limited` = its token bucket is empty · `cooling` = it asked to wait ·
 * `open` = its circuit is open, or somebody else probes it · `parked` = it has no money · `probe` = its circuit may be
 * tried by one caller. `seconds` until that may change; 0 for `usable` and `probe`.
 */
export const STANDINGS = ['usable', 'probe', 'limited', 'cooling', 'open', 'parked'] as const;
export type StandingState = (typeof STANDINGS)[number];
export type Standing = { provider: ProviderName; state: StandingState; seconds: number };

/** What is kept of an accepted answer; `ts` in seconds since 1970. Members beyond the first four are absent when not used. */
export type StoredAnswer = {
  ts: number;
  provider: ProviderName;
  model: string;
  text: string;
  tool_calls?: ModelToolCall[] | undefined;
  finish?: string | undefined;
  /** What it cost, in nano-USD: so much does everybody avoid who is given it again. */
  cost_nano?: string | undefined;
};

/** A call that asks to be let through. */
export type GuardedCall = {
  /** Providers in the order of trial, each once. An empty chain is refused as `unavailable`. */
  chain: readonly ProviderName[];
  /** `key` of {@link dedupeKey} and `ttlSeconds` of {@link dedupeSeconds}; undefined or a TTL of 0 = no dedupe. */
  dedupe?: { key: string; ttlSeconds: number } | undefined;
  /** Time the whole call has left; a probe whose caller dies blocks the next probe for this long at most. */
  deadlineSeconds: number;
  /** Ends waiting for an equal call: `admit` then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  /**
   * The argument of the script that rides in the admission (GuardsOptions.riders): it runs in the same step if Redis lets
   * the call through, and only then. Asked for at most once, and only where Redis is asked; undefined = it does not ride.
   */
  rider?: (() => string | undefined) | undefined;
};

/** Leave to call one provider, with its token taken. Opaque but for `provider` and `probe`; a probe is tried once, not retried. */
export type Grant = { provider: ProviderName; probe: boolean; generation: number; local: boolean };

/**
 * Let through. Exactly one {@link Guards.conclude} must follow, whatever happens: equal calls wait for it. `rode` is the
 * rider's reply; undefined when it did not run, failed, or nobody knows, because the answer of Redis was lost.
 */
export type Granted = { verdict: 'granted'; grant: Grant; providers: Standing[]; rode?: unknown; ticket: Ticket };
/** An equal call was answered: no token was taken. `shared` = it was in flight in this process. */
export type Hit = { verdict: 'hit'; answer: StoredAnswer; shared: boolean };
/**
 * Not let through, and nothing was taken. `rate_limited` = the global bucket or those of all providers that could be
 * called are empty · `unavailable` = every circuit is open, cooling or parked. `retryAfterSeconds` is the shortest wait.
 */
export type Refused = {
  verdict: 'refused';
  reason: 'rate_limited' | 'unavailable';
  retryAfterSeconds: number;
  providers: Standing[];
};
export type Admission = Hit | Granted | Refused;

/** Of a granted call: its claim on equal calls. Opaque to callers. */
export type Ticket = {
  dedupe: { key: string; ttlSeconds: number; token: string } | undefined;
  land: (answer: StoredAnswer | undefined) => void;
};

/**
 * What became of one attempt: no failure = an accepted answer. An attempt that was never made (budget refused, key
 * missing) is reported as failure `cancelled`, so that a probe is free again.
 */
export type Outcome = {
  grant: Grant;
  failure?: { kind: FailureKind; retryAfterSeconds?: number | undefined } | undefined;
};

/** A circuit that opened by this report, as the event BREAKER_OPEN wants it; times in seconds. */
export type CircuitOpened = { provider: ProviderName; fail_count: number; open_until: number; cooldown_s: number };

/** What changed by a report. Each is told to one caller only: alert on `parkedNow` without looking further. */
export type Changes = { opened: CircuitOpened[]; closed: ProviderName[]; parkedNow: ProviderName[] };

/** A provider's circuit as the fields of contract 9.5; times in seconds since 1970, 0 = none. */
export type BreakerReading = {
  provider: ProviderName;
  state: 'closed' | 'half_open' | 'cooling' | 'open' | 'parked';
  fail_count: number;
  first_fail_ts: number;
  open_until: number;
  opened_ts: number;
};

/**
 * Rate limits, circuits and dedupe of all processes that share a Redis: one round trip before a call, none or one after.
 * While Redis is away limits are this process's own, circuits are kept in a file of this machine and merged back, and
 * only equal calls in this process are shared. No method rejects because of Redis; the budget is not guarded here.
 */
export type Guards = {
  /** Dedupe, then rate limits, then circuits, as contract 9.9 orders them. Rejects only when its signal ends the wait. */
  admit(call: GuardedCall): Promise<Admission>;
  /**
   * Goes on to another provider, or tries the same one again: reports the outcomes so far and asks for `chain`, in one
   * round trip. Takes a provider's token but no second global one; that of `unused` comes back, also with a refusal. A
   * refusal leaves the ticket to be concluded.
   */
  failOver(granted: Granted, next: FailOver): Promise<{ admission: Granted | Refused; changes: Changes }>;
  /**
   * Reports outcomes of a call that is not at its end, so that its own further calls find the circuits as they are: a
   * probe that answered has closed its circuit. A round trip only where there is something to tell.
   */
  report(outcomes: readonly Outcome[]): Promise<Changes>;
  /**
   * Reports the outcomes not yet reported, and shares the answer with equal calls. Without an answer one of those who
   * wait may try. `stored` = the answer was put into the cache; `rode` as in {@link Granted}.
   */
  conclude(granted: Granted, end: Conclusion): Promise<Changes & { stored: boolean; rode?: unknown }>;
  /** The circuits of all providers, for the gauge; from the file while Redis is away. Never rejects. */
  readBreakers(): Promise<BreakerReading[]>;
  /** Somebody paid: the provider may be called again. Nothing happens to one that is not parked. */
  clearParked(provider: ProviderName): Promise<void>;
};

export type FailOver = {
  outcomes: readonly Outcome[];
  chain: readonly ProviderName[];
  deadlineSeconds: number;
  /** The present grant where nobody was called with it; its outcome is a `cancelled` one. */
  unused?: Grant | undefined;
};
export type Conclusion = {
  outcomes: readonly Outcome[];
  answer?: Omit<StoredAnswer, 'ts'> | undefined;
  /** Argument of the script that rides in the conclusion. It does not run where there is nothing else to tell Redis. */
  rider?: string | undefined;
};

/** Requests per minute: each bucket holds so many tokens, is full at first and refills in a minute. Whole numbers from 1. */
export type RateLimits = {
  rpmGlobal: number;
  rpmByProvider: Partial<Record<ProviderName, number>>;
  rpmDefault: number;
};

/** `failThreshold` failures within `windowSeconds` from the first open a circuit for `cooldownSeconds`. */
export type BreakerSettings = { windowSeconds: number; failThreshold: number; cooldownSeconds: number };
