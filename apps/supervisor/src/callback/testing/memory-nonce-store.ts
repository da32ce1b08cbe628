import { outcomeOf, type NonceStore } from '../nonce-store.ts';

/** A nonce store in memory for tests; time does not pass in it. */
export function createMemoryNonceStore(): NonceStore {
  const values = new Map<string, string>();
  return {
    async claim(oneTime) {
      const key = `${oneTime.keyId}:${oneTime.value}`;
      const stored = values.get(key);
      if (stored !== undefined) return outcomeOf(stored, oneTime);
      values.set(key, `open:${oneTime.bodyDigest}`);
      return 'new';
    },
    async finish(oneTime) {
      const key = `${oneTime.keyId}:${oneTime.value}`;
      if (values.has(key)) values.set(key, `done:${oneTime.bodyDigest}`);
    },
  };
}
