import type { SpendTags } from './spend-cell.ts';

/** Tokens in disjoint buckets: no token is counted in two of them. `reasoning` is billed as output. */
export type TokenUsage = { input: number; cache_read: number; cache_write: number; output: number; reasoning: number };

/**
 * One billed provider answer. `kind` `late` = settled after its reservation had expired.
 * Money in nano-USD. `ts` is the instant of the reservation in milliseconds since 1970, so that a line belongs to the same
 * day as the budget it used.
 */
export type LedgerLine = SpendTags &
  TokenUsage & {
    /** Entry of the stream: the server's time when it was written, and a number. Unique and ascending within a month. */
    id: string;
    kind: 'settle' | 'late';
    ts: number;
    /** Calendar day `YYYY-MM-DD` in the ledger's zone whose budget it used. */
    day: string;
    reservation_id: string;
    task_id: string | null;
    /** First 16 hex digits of the hash of the prompt. */
    fp: string;
    /** Which key of the provider. */
    key_id: string;
    /** Id of the caller's key, where its budget was used too. */
    caller_key?: string;
    estimated_nano: bigint;
    actual_nano: bigint;
    list_nano: bigint;
    approx: boolean;
    wasted: boolean;
    price_source: 'configured' | 'book' | 'base';
    latency_ms: number;
    budget_reason: string;
  };

/** A line as the contract's JSONL has it (chapter 10.1), before it is chained. Members are in this order. */
export type CostRecord = {
  ts_utc: string;
  ts: number;
  provider: string;
  model: string;
  purpose: string;
  team: string;
  project: string;
  fp: string;
  estimated_cost_usd: string;
  estimated_cost_nano: string;
  actual_cost_usd: string;
  actual_cost_nano: string;
  tokens_in: number;
  tokens_out: number;
  approx_tokens: boolean;
  latency_ms: number;
  budget_reason: string;
  key_id: string;
  reservation_id: string;
  task_id: string | null;
};

/** A record with its place in the chain: `hash` = SHA-256 over `prev_hash`, a newline and the canonical JSON without `hash`. */
export type Chained<Record> = Record & { chain_ver: 1; prev_hash: string; hash: string };
