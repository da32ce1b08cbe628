import { describe, expect, test } from '@jest/globals';
import type { GuardedCall } from '../guards/guards.ts';
import { ANSWER, MANY, callOf, conclude, granted, refused, type OpenWith } from './guard-calls.ts';

/** Equal calls in flight in one process. */
export function describeEqualCalls(name: string, openWith: OpenWith): void {
  describe(`equal calls of one process: ${name}`, () => {
    const equal: GuardedCall = { ...callOf('gemini'), dedupe: { key: 'a'.repeat(64), ttlSeconds: 30 } };

    test('share one call, and its answer', async () => {
      const { guards } = await openWith({ limits: { ...MANY, rpmGlobal: 1 } });
      const owner = granted(await guards.admit(equal));
      const others = Array.from({ length: 49 }, () => guards.admit(equal));
      await guards.conclude(owner, { outcomes: [{ grant: owner.grant }], answer: ANSWER });
      for (const other of await Promise.all(others)) expect(other).toMatchObject({ verdict: 'hit', answer: ANSWER });
    });

    test('never share a failure: the next one tries', async () => {
      const { guards } = await openWith();
      const first = granted(await guards.admit(equal));
      const waiting = [guards.admit(equal), guards.admit(equal)];
      await conclude(guards, first, { kind: 'outage' });
      const second = granted(await Promise.race(waiting));
      await guards.conclude(second, { outcomes: [{ grant: second.grant }], answer: ANSWER });
      const verdicts = (await Promise.all(waiting)).map(({ verdict }) => verdict);
      expect(verdicts.sort()).toEqual(['granted', 'hit']);
    });

    test('who hangs up waits no longer, and the others go on', async () => {
      const { guards } = await openWith();
      const owner = granted(await guards.admit(equal));
      const caller = new AbortController();
      const gone = guards.admit({ ...equal, signal: caller.signal });
      const stays = guards.admit(equal);
      caller.abort('caller');
      await expect(gone).rejects.toBe('caller');
      await guards.conclude(owner, { outcomes: [{ grant: owner.grant }], answer: ANSWER });
      expect((await stays).verdict).toBe('hit');
    });

    test('an empty chain is refused', async () => {
      const { guards } = await openWith();
      expect(refused(await guards.admit(callOf())).reason).toBe('unavailable');
    });
  });
}
