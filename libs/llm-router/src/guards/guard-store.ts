import type { ProviderName } from '../model.ts';
import type {
  BreakerReading,
  BreakerSettings,
  Changes,
  Grant,
  Outcome,
  RateLimits,
  Refused,
  Standing,
  StoredAnswer,
} from './guards.ts';

export type StoreSettings = { limits: RateLimits; breaker: BreakerSettings };

/** One request to be let through. Without `claim` there is no dedupe; `takesGlobal` is false when the call has that token. */
export type Ask = {
  chain: readonly ProviderName[];
  claim?: { key: string; token: string } | undefined;
  deadlineSeconds: number;
  takesGlobal: boolean;
  /** Argument of the script that rides in the admission; without it none does. */
  rider?: string | undefined;
  /** A grant nobody used: its token comes back, where it was taken, whatever is decided. */
  unused?: Grant | undefined;
};

export type AskAnswer =
  | { kind: 'hit'; answer: StoredAnswer }
  | { kind: 'wait'; milliseconds: number }
  | { kind: 'granted'; grant: Grant; providers: Standing[]; rode?: unknown }
  | { kind: 'refused'; refusal: Refused };

/** What Redis and the local fallback both do. The local one knows no dedupe. */
export type GuardStore = {
  ask(ask: Ask): Promise<AskAnswer>;
  report(outcomes: readonly Outcome[]): Promise<Changes>;
  read(): Promise<BreakerReading[]>;
  unpark(provider: ProviderName): Promise<void>;
};

export function noChanges(): Changes {
  return { opened: [], closed: [], parkedNow: [] };
}

export function requestsPerMinute({ rpmByProvider, rpmDefault }: RateLimits, provider: ProviderName): number {
  return rpmByProvider[provider] ?? rpmDefault;
}
