import { expect } from '@jest/globals';
import { PARKS } from '@nexus/contracts';
import { parseCause } from '../letter-causes.ts';
import { readStamp } from '../task-view.ts';
import type { QueueFixture } from './queue-fixture.ts';

/**
 * The law of dead letters: every task is in exactly one place of the queue or gone for good, the failed set is exactly the
 * index (letters and cancelled tasks), every letter is indexed once, where its own stamp says, and no name outlives its set.
 */
export async function expectOnePlaceEach({ connection, queueName }: QueueFixture, ids: string[]): Promise<void> {
  const base = `{nexus}:${queueName}:`;
  const index = `{nexus}:ix:${queueName}:`;
  const places = new Map<string, string[]>();
  const note = (place: string, found: string[]) => {
    for (const id of found) places.set(id, [...(places.get(id) ?? []), place]);
  };
  for (const list of ['wait', 'active']) note(list, await connection.lrange(base + list, 0, -1));
  for (const set of ['delayed', 'prioritized', 'completed', 'failed'])
    note(set, await connection.zrange(base + set, '0', '-1'));
  for (const id of ids) {
    const alive = (await connection.exists(base + id)) === 1;
    expect([id, places.get(id) ?? []]).toEqual([id, alive ? [expect.any(String)] : []]);
  }
  const indexed: string[] = await connection.zrange(`${index}cancelled`, '0', '-1');
  for (const park of PARKS) {
    const causes = await connection.smembers(`${index}${park}:cells`);
    const keys = await connection.keys(`${index}${park}:c:*`);
    expect(keys.toSorted()).toEqual(causes.map((cause) => `${index}${park}:c:${cause}`).toSorted());
    for (const cause of causes) {
      const members = await connection.zrange(`${index}${park}:c:${cause}`, '0', '-1', 'WITHSCORES');
      for (let at = 0; at < members.length; at += 2) {
        const id = members[at] ?? '';
        indexed.push(id);
        const [stamp, finished, requeues] = await connection.hmget(base + id, 'xs', 'finishedOn', 'xr');
        expect(readStamp(stamp ?? null)).toMatchObject({ label: park, cause });
        expect(Math.floor(Number(members[at + 1]) / 1000)).toBe(Number(finished));
        expect(parseCause(cause).requeues).toBe(Number(requeues ?? 0));
      }
    }
  }
  expect(indexed.toSorted()).toEqual((await connection.zrange(`${base}failed`, '0', '-1')).toSorted());
}
