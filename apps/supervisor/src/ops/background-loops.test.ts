import { expect, test } from '@jest/globals';
import { createLogger } from '@nexus/runtime';
import { createMemoryFileStore } from '../file/testing/memory-file-store.ts';
import { loopPorts } from '../testing/loop-ports.ts';
import { createMemoryTaskQueue } from '../testing/memory-task-queue.ts';
import { backgroundJobs, startLoops } from './background-loops.ts';

function setup() {
  const lines: string[] = [];
  const logger = createLogger({ level: 'INFO', name: 'test', write: (line) => void lines.push(line) });
  const queue = createMemoryTaskQueue({ now: () => 0 });
  const files = createMemoryFileStore({ ttlSeconds: 1, now: () => 0 });
  let kicks = 0;
  const operations = { kick: () => void (kicks += 1) };
  const jobsWith = (applyEverySeconds: number) =>
    backgroundJobs(loopPorts({ queue, files, logger, operations, triage: { applyEverySeconds } }));
  return { lines, logger, queue, jobs: jobsWith(0), jobsWith, kicks: () => kicks };
}

test('the loops and their intervals', () => {
  const { jobs } = setup();
  expect(Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.everySeconds]))).toEqual({
    reconcile: 30,
    sweep: 10,
    'sweep-files': 600,
    alerts: 10,
    operations: 2,
  });
});

test('letters are applied on schedule only where an interval is set', () => {
  const { jobsWith } = setup();
  expect(jobsWith(0)).not.toHaveProperty('apply');
  expect(jobsWith(7)['apply']?.everySeconds).toBe(7);
});

test('the loop of operations wakes their runner and returns', async () => {
  const { jobs, kicks } = setup();
  await jobs['operations']?.run();
  expect(kicks()).toBe(1);
});

test('a loop with nothing to do says nothing', async () => {
  const { jobs, lines } = setup();
  for (const job of Object.values(jobs)) await job.run();
  expect(lines).toEqual([]);
});

test('start as soon as the store is there', async () => {
  const { queue, jobs, logger, lines } = setup();
  queue.fail(new Error('Connection is closed.'));
  const waits: number[] = [];
  await startLoops(queue, jobs, {
    logger,
    signal: new AbortController().signal,
    before: async () => undefined,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      if (waits.length === 3) queue.fail(undefined);
    },
  });
  expect(waits).toHaveLength(3);
  expect(queue.jobs()).toBe(jobs);
  expect(lines).toEqual([]);
});

test('not before what has to be done first is done', async () => {
  const { queue, jobs, logger } = setup();
  let tries = 0;
  const signal = new AbortController().signal;
  const before = async () => {
    tries += 1;
    expect(queue.jobs()).toEqual({});
    if (tries < 3) throw new Error('Connection is closed.');
  };
  await startLoops(queue, jobs, { logger, signal, wait: async () => undefined, before });
  expect([tries, queue.jobs()]).toEqual([3, jobs]);
});

test('another failure is told, and a shutdown ends the tries', async () => {
  const { queue, jobs, logger, lines } = setup();
  queue.fail(new Error('a fault of ours'));
  const controller = new AbortController();
  const wait = async () => controller.abort();
  await startLoops(queue, jobs, { logger, signal: controller.signal, wait, before: async () => undefined });
  expect(lines.join('')).toContain('LOOPS_FAILED');
  expect(queue.jobs()).toEqual({});
});
