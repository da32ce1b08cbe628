import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { expectOnePlaceEach } from './testing/one-place-each.ts';
import { openQueue, type QueueFixture } from './testing/queue-fixture.ts';

jest.setTimeout(120_000);

let redis: TestRedis;
let fixture: QueueFixture;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(() => fixture.close());
afterAll(() => redis.stop());

const LETTERS = 800;

/** Runs a mover that dies at its nth command; true when it got through before that. */
async function runMover(action: string, nth: number, when: 'before' | 'after'): Promise<boolean> {
  const script = new URL('./testing/mover-process.ts', import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    ['-C', '@nexus/source', script, redis.url, fixture.queueName, action, String(nth), when],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return false;
  expect([code, output]).toEqual([0, 'done\n']);
  return true;
}

async function fill(): Promise<string[]> {
  return Promise.all(
    Array.from({ length: LETTERS }, (_, n) => fixture.addLetter({ code: n % 2 ? 'UNKNOWN' : 'PROVIDER_TIMEOUT' })),
  );
}

for (const action of ['requeue', 'purge']) {
  test(`a supervisor killed at every command of a ${action}: nothing lost, nothing doubled`, async () => {
    fixture = openQueue(redis.url);
    const ids = await fill();
    let through = false;
    for (let nth = 1; !through; nth += 1) {
      // After one command is before the next, but for the answer that is on its way.
      through = await runMover(action, nth, nth % 2 ? 'before' : 'after');
      await expectOnePlaceEach(fixture, ids);
    }
    // What was begun and not finished is told as such, with counts that add up to what happened.
    fixture.advance(121_000);
    await fixture.letters.operations.take();
    const operations = await fixture.letters.operations.list({ limit: 200 });
    expect(operations.filter(({ status }) => status === 'running')).toEqual([]);
    const moved = operations.reduce((sum, { acted }) => sum + acted.requeue + acted.hold + acted.purge, 0);
    const left = (await fixture.letters.causes('dlq')).reduce((sum, { count }) => sum + count, 0);
    expect(moved + left).toBe(LETTERS);
  });
}

test('an operation whose runner is killed at every command is carried on and ends with every letter moved once', async () => {
  fixture = openQueue(redis.url);
  const ids = await fill();
  const frozen = await fixture.letters.freeze();
  const later = await fixture.addLetter();
  const operation_id = randomUUID();
  await fixture.letters.operations.create({
    operation_id,
    name: 'all of them',
    action: 'requeue',
    by: 'admin:test',
    audit: { event: 'DLQ_REQUEUE' },
    request: { frozen },
    total: LETTERS,
  });
  let nth = 2;
  const runs = async () => (await fixture.letters.operations.read(operation_id))?.status === 'running';
  for (; await runs(); nth += 1) {
    await runMover('operation', nth, nth % 2 ? 'before' : 'after');
    await expectOnePlaceEach(fixture, [...ids, later]);
    // The dead runner's lease is over.
    await fixture.connection.del(`{nexus}:ix:${fixture.queueName}:op:${operation_id}:lease`);
    if (nth > 60) throw new Error('the operation never ends');
  }
  const done = await fixture.letters.operations.read(operation_id);
  expect(done).toMatchObject({
    status: 'succeeded',
    done: LETTERS,
    acted: { requeue: LETTERS },
    outcome: { requeued: LETTERS, pending: LETTERS },
  });
  expect((await fixture.queue.read(later))?.park).toBe('dlq');
  const audit = await fixture.connection.xrevrange('{nexus}:audit', '+', '-', 'COUNT', 1);
  expect(audit[0]?.[1]).toEqual(expect.arrayContaining(['DLQ_REQUEUE', operation_id, 'admin:test']));
});
