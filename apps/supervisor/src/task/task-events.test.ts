import { expect, test } from '@jest/globals';
import type { Task } from '@nexus/contracts';
import type { EventItem } from '@nexus/runtime/http';
import { createMemoryTaskQueue } from '../testing/memory-task-queue.ts';
import { taskDigest } from './task-digest.ts';
import { HEARTBEAT_MS, taskEvents, waitReally } from './task-events.ts';

const task_id = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';

/** A stream on a task in memory whose heartbeats the test gives. */
async function open(lastEventId?: string) {
  const queue = createMemoryTaskQueue({ now: () => 0 });
  const envelope = { task_id, task_type: 't', requested_by: 'x', requested_at: '2026-01-01T00:00:00Z', payload: {} };
  await queue.enqueue(envelope, { audit: { client_ip: '', payload_hash: '', actor: '' } });
  const controller = new AbortController();
  const waits: number[] = [];
  let beat: () => void = () => undefined;
  let watching = 0;
  const first = (await queue.read(task_id)) as Task;
  const stream = taskEvents({
    first,
    read: () => queue.read(task_id),
    watch: (listener) => {
      watching += 1;
      const stop = queue.watch(task_id, listener);
      return () => {
        watching -= 1;
        stop();
      };
    },
    lastEventId,
    signal: controller.signal,
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return new Promise((resolve) => (beat = resolve));
    },
  });
  return { queue, first, stream, controller, waits, beat: () => beat(), watching: () => watching };
}

function statusOf(item: IteratorResult<EventItem<Task>>): string {
  if (item.done) return 'end';
  return 'comment' in item.value ? item.value.comment : item.value.data.status;
}

test('the present state, a heartbeat every 15 s, the change, the end', async () => {
  const { stream, queue, beat, waits, watching } = await open();
  expect(statusOf(await stream.next())).toBe('queued');
  const second = stream.next();
  await Promise.resolve();
  beat();
  expect(statusOf(await second)).toBe('heartbeat');
  expect(waits).toEqual([HEARTBEAT_MS]);
  expect(HEARTBEAT_MS).toBe(15_000);
  await queue.report({ task_id, status: 'succeeded', will_retry: false });
  expect(statusOf(await stream.next())).toBe('succeeded');
  expect(statusOf(await stream.next())).toBe('end');
  expect(watching()).toBe(0);
});

test('a change nobody announced is seen at the heartbeat', async () => {
  const { stream, queue, beat } = await open();
  await stream.next();
  const next = stream.next();
  await Promise.resolve();
  const silent = queue.watch(task_id, () => undefined);
  await queue.report({ task_id, status: 'running', will_retry: false });
  silent();
  beat();
  expect(['running', 'heartbeat']).toContain(statusOf(await next));
});

test('what the client has is not sent again', async () => {
  const { first } = await open();
  const { stream, queue } = await open(taskDigest(first));
  const next = stream.next();
  await queue.report({ task_id, status: 'running', will_retry: false });
  expect(statusOf(await next)).toBe('running');
});

test('an abort ends it, also while it waits, and nothing is left watching', async () => {
  const { stream, controller, watching } = await open();
  await stream.next();
  const next = stream.next();
  await Promise.resolve();
  controller.abort();
  expect(statusOf(await next)).toBe('end');
  expect(watching()).toBe(0);
});

test('a reader that stops reading leaves nothing watching', async () => {
  const { stream, watching } = await open();
  await stream.next();
  expect(watching()).toBe(1);
  await stream.return(undefined);
  expect(watching()).toBe(0);
});

test('a change during the first reading is not missed', async () => {
  const { queue, stream } = await open();
  await queue.report({ task_id, status: 'running', will_retry: false });
  expect(statusOf(await stream.next())).toBe('running');
});

test('real waiting ends at the abort', async () => {
  const controller = new AbortController();
  const waiting = waitReally(60_000, controller.signal);
  controller.abort();
  await waiting;
});
