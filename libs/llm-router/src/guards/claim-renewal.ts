import type { ClaimRef } from './redis-guards.ts';

/** Well below the lease, so that one renewal may fail. */
export const RENEWAL_MS = 3_000;

export type ClaimRenewal = { hold(claim: ClaimRef): void; release(claim: ClaimRef): void };

export type ClaimRenewalOptions = {
  renew: (claims: readonly ClaimRef[]) => Promise<void>;
  wait: (milliseconds: number) => Promise<void>;
};

/**
 * Keeps the claims of this process alive while its calls are under way: the lease is short, calls may be long. All in
 * one step every few seconds, and only those that were already held at the step before: most calls are never renewed.
 */
export function createClaimRenewal({ renew, wait }: ClaimRenewalOptions): ClaimRenewal {
  const held = new Map<string, ClaimRef>();
  let older = new Set<ClaimRef>();
  let running = false;

  async function run(): Promise<void> {
    while (held.size > 0) {
      await wait(RENEWAL_MS);
      const due = [...held.values()].filter((claim) => older.has(claim));
      older = new Set(held.values());
      // A lost claim costs a second call, not a wrong answer; the outage itself is told by the calls that meet it.
      if (due.length > 0) await renew(due).catch(() => undefined);
    }
    running = false;
  }

  return {
    hold(claim) {
      held.set(claim.token, claim);
      if (running) return;
      running = true;
      void run();
    },
    release(claim) {
      held.delete(claim.token);
    },
  };
}
