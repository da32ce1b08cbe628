import { canonicalHash } from '@nexus/runtime';
import type { ModelRequest, ProviderName } from '../model.ts';

/**
 * Everything that changes an answer. `provider` and `model` are the caller's overrides, not what the router picks; `strict`
 * = the caller takes a document only as the model wrote it, so that an answer that was repaired is none for it.
 */
export type DedupeParts = {
  team: string;
  project: string;
  purpose: string;
  provider?: ProviderName | undefined;
  model?: string | undefined;
  strict?: true | undefined;
  request: Omit<ModelRequest, 'model'>;
};

/** `ttlByPurpose` may name `default`; seconds, 0 = no dedupe. */
export type DedupeSettings = { enabled: boolean; ttlSeconds: number; ttlByPurpose: ReadonlyMap<string, number> };

/**
 * 64 hexadecimal digits over canonical JSON (keys in order, absent values left out) of the whole request: a prompt is
 * never cut. Requests that differ in anything that changes the answer have different keys.
 */
export function dedupeKey(parts: DedupeParts): string {
  return canonicalHash(parts);
}

/** How long an answer of this call may be given again: the call's own wish → its purpose → default → the setting. */
export function dedupeSeconds(
  settings: DedupeSettings,
  purpose: string,
  { cacheTtlSeconds }: { cacheTtlSeconds?: number | undefined } = {},
): number {
  if (!settings.enabled) return 0;
  const { ttlByPurpose, ttlSeconds } = settings;
  return cacheTtlSeconds ?? ttlByPurpose.get(purpose) ?? ttlByPurpose.get('default') ?? ttlSeconds;
}
