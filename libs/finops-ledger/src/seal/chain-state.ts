import { GENESIS } from './chain.ts';

/** What is sealed: the cost ledger, or the audit of model calls. Each is one chain across all processes. */
export const CHAIN_KINDS = ['ledger', 'audit'] as const;
export type ChainKind = (typeof CHAIN_KINDS)[number];

/** The segment that lines are appended to. `bytes` of its file are sealed; what stands behind them is not. */
export type OpenSegment = {
  /** Name of its file, `<day>.ndjson` or `<day>.<n>.ndjson`. */
  name: string;
  /** Calendar day in which its lines were written, `YYYY-MM-DD`; a late line may be of an earlier one. */
  day: string;
  bytes: number;
  count: number;
  /** Nano-USD as text. */
  sum_nano: string;
  first_id: string;
  last_id: string;
  /** Least and greatest instant of its lines, in ms since 1970. */
  first_ts: number;
  last_ts: number;
  first_prev_hash: string;
};

/** Where a chain stands. Kept in Redis as one text; changed by the sealer that holds the lease, one version at a time. */
export type ChainState = {
  version: number;
  /** Sealed records since the beginning. */
  count: number;
  /** Of the last record. */
  hash: string;
  /** For each stream the id of the last entry that was sealed. */
  cursors: Record<string, string>;
  /** For each stream how many entries were sealed, or known to be lost. */
  taken: Record<string, number>;
  segment: OpenSegment | null;
  manifest: { count: number; hash: string };
  /** So many segments of the manifest were verified again and trimmed from the streams. */
  trimmed: number;
};

export const emptyState: ChainState = {
  version: 0,
  count: 0,
  hash: GENESIS,
  cursors: {},
  taken: {},
  segment: null,
  manifest: { count: 0, hash: GENESIS },
  trimmed: 0,
};

/**
 * A closed segment, as a line of `manifest.ndjson`: a chain of its own. `sha256` and `bytes` are the file's when it was
 * closed; `verified`: all its records were checked then. `cursors`: what had been sealed of each stream at its end.
 */
export type ManifestEntry = Omit<OpenSegment, 'day'> & {
  kind: ChainKind;
  day: string;
  last_hash: string;
  sha256: string;
  verified: boolean;
  cursors: Record<string, string>;
};

export type ChainKeys = { head: string; lease: string; manifest: string };

/** Keys in Redis of a chain. `head` is a hash: `count` and `hash` are for everybody to look at. */
export function chainKeys(kind: ChainKind): ChainKeys {
  const head = `{nexus}:chain:${kind}`;
  return { head, lease: `${head}:lease`, manifest: `${head}:manifest` };
}
