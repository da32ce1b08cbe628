import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import fc from 'fast-check';
import type { DeadLetter, LetterFilter } from './dead-letters.ts';
import { openQueue, type QueueFixture } from './testing/queue-fixture.ts';

let redis: TestRedis;
let fixture: QueueFixture;
beforeAll(async () => {
  redis = await startTestRedis();
});
beforeEach(() => {
  fixture = openQueue(redis.url);
});
afterEach(() => fixture.close());
afterAll(() => redis.stop());

async function readAll(filter: LetterFilter, limit: number): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  let cursor: string | undefined;
  do {
    const page = await fixture.letters.page('dlq', { filter, limit, cursor });
    if (page === 'invalid_cursor') throw new Error(page);
    found.push(...page.letters);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

test('pages visit each letter once, oldest first, whatever the causes, the page size and equal moments', async () => {
  const anyLetter = fc.record({
    code: fc.constantFrom('A', 'B', 'C|D'),
    // A handful of moments, so that many letters share one: BullMQ's clock is in milliseconds.
    finishedAt: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_003 }),
    type: fc.constantFrom('echo', 'excel_kakao'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyLetter, { maxLength: 40 }),
      fc.integer({ min: 1, max: 12 }),
      async (letters, limit) => {
        fixture = openQueue(redis.url);
        const made = await Promise.all(
          letters.map(async ({ code, finishedAt, type }) => ({
            id: await fixture.addLetter({ code, finishedAt, envelope: { task_type: type } }),
            code,
            type,
          })),
        );
        // The sequence behind the milliseconds goes round: equal scores do happen.
        await fixture.connection.set(`{nexus}:ix:${fixture.queueName}:sequence`, 1000);
        const all = await readAll({}, limit);
        expect(all.map(({ task_id }) => task_id).toSorted()).toEqual(made.map(({ id }) => id).toSorted());
        const moments = all.map(({ failed_at }) => failed_at);
        expect(moments).toEqual(moments.toSorted());
        const filtered = await readAll({ failure_code: ['A', 'C|D'], task_type: ['echo'] }, limit);
        const wanted = made.filter(({ code, type }) => code !== 'B' && type === 'echo').map(({ id }) => id);
        expect(filtered.map(({ task_id }) => task_id).toSorted()).toEqual(wanted.toSorted());
        await fixture.close();
      },
    ),
    { numRuns: 40 },
  );
});

test('letters of one score are told apart by counting', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 9; n += 1) {
    await fixture.connection.set(`{nexus}:ix:${fixture.queueName}:sequence`, 41);
    ids.push(await fixture.addLetter({ code: `C${n % 3}`, finishedAt: 1_700_000_000_000 }));
  }
  for (const limit of [1, 2, 4, 9]) {
    expect((await readAll({}, limit)).map(({ task_id }) => task_id).toSorted()).toEqual(ids.toSorted());
  }
});

test('a letter tells what is known of it', async () => {
  const id = await fixture.addLetter({
    code: 'PAYLOAD_INVALID',
    message: 'file 17 is empty',
    finishedAt: 1_700_000_000_000,
  });
  const [letter] = await readAll({}, 10);
  expect(letter).toEqual({
    task_id: id,
    park: 'dlq',
    delivery_tag: expect.stringMatching(new RegExp(`^${id}\\.\\d+$`)),
    failure_code: 'PAYLOAD_INVALID',
    task_type: 'echo',
    group: expect.stringMatching(/^[0-9a-f]{14}$/),
    requeues: 0,
    failed_at: '2023-11-14T22:13:20.000Z',
    attempts: 1,
    retries: 0,
    locked: false,
    error: { code: 'PAYLOAD_INVALID', message: 'file 17 is empty' },
    envelope: expect.objectContaining({ task_id: id, task_type: 'echo', payload: {} }),
    pr_url: null,
    issue_url: null,
  });
  expect(await fixture.letters.read([id, 'nobody'])).toEqual([letter, undefined]);
});

test('a cursor belongs to its park and filter', async () => {
  for (let n = 0; n < 3; n += 1) await fixture.addLetter();
  const page = await fixture.letters.page('dlq', { filter: {}, limit: 2 });
  if (page === 'invalid_cursor' || page.next_cursor === null) throw new Error('no cursor');
  const cursor = page.next_cursor;
  expect(await fixture.letters.page('hold', { filter: {}, limit: 2, cursor })).toBe('invalid_cursor');
  expect(await fixture.letters.page('dlq', { filter: { group: 'x' }, limit: 2, cursor })).toBe('invalid_cursor');
  expect(await fixture.letters.page('dlq', { filter: {}, limit: 2, cursor: 'nonsense' })).toBe('invalid_cursor');
});

test('equal causes are one group, whatever their numbers; a flood of groups ends in one', async () => {
  for (let n = 0; n < 5; n += 1) await fixture.addLetter({ message: `no answer from host after ${n * 7} ms` });
  await fixture.addLetter({ message: 'connection refused' });
  const groups = await fixture.letters.causes('dlq');
  expect(groups.map(({ count }) => count).toSorted()).toEqual([1, 5]);
  const cells = `{nexus}:ix:${fixture.queueName}:dlq:cells`;
  await fixture.connection.sadd(cells, ...Array.from({ length: 2000 }, (_, n) => `g${n}|0|echo|X`));
  await fixture.addLetter({ message: 'something entirely new' });
  await fixture.addLetter({ message: 'connection refused' });
  const after = await fixture.letters.causes('dlq');
  expect(after.map(({ group, count }) => [group === 'other', count]).toSorted()).toEqual([
    [false, 2],
    [false, 5],
    [true, 1],
  ]);
});
