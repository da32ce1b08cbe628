/** Token buckets of this process, each one number: the second at which it is full again, as lua/admit-4.lua has it. */
export type TokenBuckets = {
  /** Seconds until there is a token; 0 = now. */
  waitFor(name: string, rpm: number, at: { now: number }): number;
  /** Takes one; ask before. */
  take(name: string, rpm: number, at: { now: number }): void;
  /** Puts one back that was taken and not used. */
  giveBack(name: string, rpm: number, at: { now: number }): void;
};

export function createTokenBuckets(): TokenBuckets {
  const fullAt = new Map<string, number>();

  function after(name: string, rpm: number, { now }: { now: number }): number {
    return Math.min(Math.max(fullAt.get(name) ?? 0, now), now + 60) + 60 / rpm;
  }

  return {
    waitFor(name, rpm, { now }) {
      const wait = after(name, rpm, { now }) - now - 60;
      // A hundredth of a token is the rounding of many small steps.
      return wait <= 0.6 / rpm ? 0 : wait;
    },
    take(name, rpm, { now }) {
      fullAt.set(name, after(name, rpm, { now }));
    },
    giveBack(name, rpm, { now }) {
      fullAt.set(name, Math.min(fullAt.get(name) ?? 0, now + 60) - 60 / rpm);
    },
  };
}
