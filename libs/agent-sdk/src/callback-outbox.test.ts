import { expect, test } from '@jest/globals';
import type { CallbackInput, ClientFailure } from '@nexus/contracts';
import { CallbackOutbox } from './callback-outbox.ts';

const unreachable: ClientFailure = { ok: false, code: 'NETWORK_ERROR', status: 0, message: 'refused' };
const busy: ClientFailure = { ok: false, code: 'RATE_LIMITED', status: 429, message: 'slow', retry_after: 7 };
const refused: ClientFailure = { ok: false, code: 'NOT_FOUND', status: 404, message: 'no such task' };

const final = (taskId: string): CallbackInput => ({ task_id: taskId, attempt: 1, status: 'succeeded' });
const started = (taskId: string): CallbackInput => ({ task_id: taskId, attempt: 1, status: 'running' });

/** An outbox whose supervisor answers by script, with a clock that the waits move. */
function open(answers: (callback: CallbackInput, tries: number) => ClientFailure | undefined) {
  const sent: string[] = [];
  const waits: number[] = [];
  const undelivered: string[] = [];
  let clock = 0;
  const outbox = new CallbackOutbox({
    send: async (callback) => {
      sent.push(`${callback.task_id}:${callback.status}`);
      return answers(callback, sent.length);
    },
    delay: async (milliseconds, signal) => {
      waits.push(milliseconds);
      clock += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
    },
    random: () => 1,
    now: () => clock,
    onUndelivered: (callback, failed) => undelivered.push(`${callback.task_id}:${callback.status}:${failed.code}`),
  });
  return { outbox, sent, waits, undelivered };
}

test('a final report is retried with growing waits until the supervisor is back', async () => {
  const { outbox, sent, waits, undelivered } = open((_callback, tries) => (tries <= 4 ? unreachable : undefined));
  outbox.post(final('a'));
  await outbox.drain(60_000);
  expect(sent).toHaveLength(5);
  expect(waits).toEqual([250, 500, 1000, 2000]);
  expect(undelivered).toEqual([]);
  expect(outbox.depth).toBe(0);
});

test('Retry-After is respected', async () => {
  const { outbox, waits } = open((_callback, tries) => (tries === 1 ? busy : undefined));
  outbox.post(final('a'));
  await outbox.drain(60_000);
  expect(waits).toEqual([7000]);
});

test('a refusal is not repeated and never throws', async () => {
  const { outbox, sent, undelivered } = open(() => refused);
  outbox.post(final('a'));
  await outbox.drain(60_000);
  expect(sent).toEqual(['a:succeeded']);
  expect(undelivered).toEqual(['a:succeeded:NOT_FOUND']);
});

test('a final report nobody accepts is given up after a quarter of an hour and told', async () => {
  const { outbox, waits, undelivered } = open(() => unreachable);
  outbox.post(final('a'));
  await outbox.drain(60_000);
  expect(undelivered).toEqual(['a:succeeded:NETWORK_ERROR']);
  const total = waits.reduce((sum, each) => sum + each, 0);
  expect(total).toBeGreaterThanOrEqual(15 * 60_000);
  expect(Math.max(...waits)).toBe(30_000);
});

test('reports of a task keep their order; a final one supersedes a start that still waits', async () => {
  const { outbox, sent } = open((callback) => (callback.status === 'running' ? unreachable : undefined));
  outbox.post(started('a'));
  outbox.post(final('a'));
  outbox.post(final('b'));
  await outbox.drain(60_000);
  expect(sent.filter((each) => each.startsWith('a'))).toEqual(['a:running', 'a:succeeded']);
  expect(sent).toContain('b:succeeded');
});

test('a start report is tried a few times only', async () => {
  const { outbox, sent, undelivered } = open(() => unreachable);
  outbox.post(started('a'));
  await outbox.drain(60_000);
  expect(sent).toHaveLength(3);
  expect(undelivered).toEqual(['a:running:NETWORK_ERROR']);
});
