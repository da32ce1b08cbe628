import type { PriceOf } from '@nexus/finops';
import type { LedgerPort, Settlement } from '../guards/ledger-port.ts';
import type { CircuitOpened, Guards } from '../guards/guards.ts';
import type { Provider, ProviderName } from '../model.ts';
import type { FailureKind } from '../provider-failure.ts';
import type { ProviderKey } from './provider-keys.ts';

/** What a call is for: tags of its cost. One object a call: who listens tells calls apart by it. */
export type CallTags = {
  team: string;
  project: string;
  purpose: string;
  task_id: string | null;
  /** Which kind of key the caller has; a budget may be set for it. Null = nobody asked for it from outside. */
  caller: string | null;
  /** {@link promptFingerprint} of the prompt. */
  prompt_fp: string;
};

/** One attempt, as the answer, the audit record and the metrics tell it. Holds nothing of prompt or answer. */
export type Attempt = {
  provider: ProviderName;
  model: string;
  ok: boolean;
  /** Failure code of a failed attempt. */
  reason: string | null;
  kind: FailureKind | null;
  latency_ms: number;
  retry_after_s: number | null;
  message: string | null;
};

/** What became of the money of one provider answer. */
export type Billing = Omit<Settlement, 'tags'> & { reservation_id: string };

/** What happens in the router, for audit, ledger lines, metrics and alerts. Listeners never throw. */
export type RouterEvent =
  | {
      type: 'attempt';
      tags: CallTags;
      attempt: Attempt;
      key: { id: string; fingerprint: string };
      max_output_tokens: number;
    }
  | { type: 'billed'; tags: CallTags; billing: Billing }
  | { type: 'settle_failed'; reservation_id: string; error: unknown }
  | { type: 'conclude_failed'; error: unknown }
  | { type: 'dedupe_hit'; tags: CallTags; provider: ProviderName; model: string; avoided_nano: bigint }
  | { type: 'dedupe_set'; tags: CallTags }
  | { type: 'rejected'; tags: CallTags; reason: string; note: string }
  | { type: 'circuit_opened'; circuit: CircuitOpened }
  | { type: 'parked'; provider: ProviderName }
  | { type: 'repair_exhausted'; tags: CallTags; schema: string; attempts: number; provider: string; model: string };

/** The world as the router sees it. */
export type RouterPorts = {
  providers: Readonly<Record<ProviderName, Provider>>;
  guards: Guards;
  ledger: LedgerPort;
  priceOf: PriceOf;
  /** Undefined = not configured. */
  keyOf: (provider: ProviderName) => ProviderKey | undefined;
  modelOf: (provider: ProviderName) => string;
  onEvent: (event: RouterEvent) => void;
  /** Epoch milliseconds. */
  now: () => number;
  random: () => number;
  newId: () => string;
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

export type RouterOptions = {
  chain: readonly ProviderName[];
  /** Per attempt, in seconds. */
  timeoutSeconds: number;
  /** Of a whole call with all its attempts, in seconds. */
  totalSeconds: number;
  /** Extra tries per provider. */
  maxRetries: number;
  /** When the soft budget is passed: most output tokens, and whether the cheapest provider goes first. */
  soft: { maxOutputTokens: number; preferCheapest: boolean };
};
