import { expect, test } from '@jest/globals';
import { createHitLog } from './hits.ts';

const hit = { provider: 'glm', method: 'POST', path: '/glm', headers: {}, body: {} } as const;

test('keeps the latest 2,000 and counts them all', () => {
  const log = createHitLog();
  for (let index = 0; index < 2_005; index += 1) log.begin({ ...hit, body: { index } }, 10);
  expect([log.of('glm').length, log.count('glm'), log.of('glm')[0]?.body]).toEqual([2_000, 2_005, { index: 5 }]);
});

test('keeps fewer when they are large, and always the latest', () => {
  const log = createHitLog();
  for (const size of [9_000_000, 6_000_000, 9_000_000]) log.begin({ ...hit, body: { size } }, size);
  expect(log.of('glm').map(({ body }) => body)).toEqual([{ size: 6_000_000 }, { size: 9_000_000 }]);
  log.begin(hit, 99_000_000);
  expect([log.of('glm').length, log.count('glm')]).toEqual([1, 4]);
});

test('what is returned is a copy that does not change', () => {
  const log = createHitLog();
  const open = log.begin(hit, 0);
  const [before] = log.of('glm');
  open.end({ status: 200, aborted: false });
  expect([before?.over, log.of('glm')[0]?.over]).toEqual([false, true]);
});

test('settled waits for the open ones, even after they were cleared', async () => {
  const log = createHitLog();
  const open = log.begin(hit, 0);
  log.clear();
  const settled = log.settled();
  open.end({ status: undefined, aborted: true });
  await settled;
  expect(log.of('glm')).toEqual([]);
});
