import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IsolationGate } from './isolation-gate.ts';

const never = new AbortController().signal;

test('ordinary deliveries run together, a suspect alone, in order of arrival', async () => {
  const gate = new IsolationGate();
  const first = await gate.enter(false, never);
  const second = await gate.enter(false, never);
  const order: string[] = [];
  const suspect = gate.enter(true, never).then((leave) => {
    order.push('suspect');
    return leave;
  });
  const late = gate.enter(false, never).then((leave) => {
    order.push('late');
    return leave;
  });
  first?.();
  await Promise.resolve();
  expect(order).toEqual([]);
  second?.();
  const leave = await suspect;
  expect(order).toEqual(['suspect']);
  leave?.();
  leave?.();
  await late;
  expect(order).toEqual(['suspect', 'late']);
});

test('who gives up waiting lets the others pass', async () => {
  const gate = new IsolationGate();
  const running = await gate.enter(false, never);
  const giveUp = new AbortController();
  const suspect = gate.enter(true, giveUp.signal);
  const behind = gate.enter(false, never);
  giveUp.abort();
  expect(await suspect).toBeUndefined();
  expect(await behind).toBeDefined();
  running?.();
  expect(await gate.enter(true, giveUp.signal)).toBeUndefined();
});

test('whatever the order of arrivals, a suspect never runs beside anybody and everybody gets in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 30 }), fc.scheduler(), async (arrivals, scheduler) => {
      const gate = new IsolationGate();
      let running = 0;
      let alone = 0;
      const visits = arrivals.map(async (suspect) => {
        const leave = await gate.enter(suspect, never);
        running += 1;
        alone += suspect ? 1 : 0;
        expect(alone === 0 || running === 1).toBe(true);
        await scheduler.schedule(Promise.resolve());
        running -= 1;
        alone -= suspect ? 1 : 0;
        leave?.();
      });
      await scheduler.waitFor(Promise.all(visits));
      expect(running).toBe(0);
    }),
  );
});
