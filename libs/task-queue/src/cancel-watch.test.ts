import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestRedis } from '@nexus/local-redis';
import { Redis } from 'ioredis';
import { CancelWatch } from './cancel-watch.ts';

let server: Awaited<ReturnType<typeof startTestRedis>>;
let connection: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  connection = new Redis(server.url);
}, 120_000);
afterAll(async () => {
  connection.disconnect();
  await server.stop();
});

const NEVER_MS = 3_600_000;

/** Resolves with the first task that is to be cancelled; its watch looks again only after an hour. */
function firstCancelled(act: () => Promise<unknown>): Promise<string> {
  return new Promise((resolve, reject) => {
    const watch: CancelWatch = new CancelWatch({
      subscriber: new Redis(server.url),
      connection,
      channel: 'cancel',
      jobs: 'job:',
      inHand: () => ['mine'],
      onCancel: (taskId) => {
        watch.stop();
        resolve(taskId);
      },
      onError: reject,
      lookEveryMs: NEVER_MS,
    });
    watch.start();
    act().catch(reject);
  });
}

test('a request that was made before anybody listened is heard when somebody does', async () => {
  await connection.hset('job:mine', 'xk', '{}');
  expect(await firstCancelled(async () => undefined)).toBe('mine');
  await connection.del('job:mine');
});

test('a request that is made later is heard at once', async () => {
  const heard = firstCancelled(async () => {
    while ((await connection.publish('cancel', 'theirs')) === 0);
  });
  expect(await heard).toBe('theirs');
});
