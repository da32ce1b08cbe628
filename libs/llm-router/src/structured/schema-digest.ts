import { canonicalHash } from '@nexus/runtime';

/** SHA-256 (64 hex digits) of a schema's canonical JSON: the order of keys does not count, the order of lists does. */
export function schemaDigest(schema: unknown): string {
  return canonicalHash(schema);
}
