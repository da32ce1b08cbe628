import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, processStart, withFileLock } from './file-lock.mjs';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'nexus-lock-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function deadPid(): number {
  return spawnSync('true').pid;
}

describe('withFileLock', () => {
  test('lets one in at a time and gives back the result', async () => {
    const path = join(directory, 'one');
    let inside = 0;
    let most = 0;
    async function work(result: number): Promise<number> {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      return result;
    }
    const results = await Promise.all(
      [1, 2, 3, 4].map((n) => withFileLock(path, () => work(n), { pollMilliseconds: 1 })),
    );
    expect(results).toEqual([1, 2, 3, 4]);
    expect(most).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  test('is released when the action throws', async () => {
    const path = join(directory, 'throws');
    const fail = (): never => {
      throw new Error('no');
    };
    await expect(withFileLock(path, fail)).rejects.toThrow('no');
    expect(await withFileLock(path, () => 'next')).toBe('next');
  });

  test('takes over from a dead holder, once, however many wait', async () => {
    const path = join(directory, 'stale');
    writeFileSync(path, JSON.stringify({ pid: deadPid(), start: null }));
    let inside = 0;
    let most = 0;
    const action = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([1, 2, 3, 4, 5].map(() => withFileLock(path, action, { pollMilliseconds: 1 })));
    expect(most).toBe(1);
  });

  test('takes over from a holder whose process id now belongs to a later process', async () => {
    const path = join(directory, 'reused');
    writeFileSync(path, JSON.stringify({ pid: process.pid, start: '1' }));
    expect(await withFileLock(path, () => 'mine', { pollMilliseconds: 1 })).toBe('mine');
  });

  test.each(['', 'not json', '{}', '{"pid":-1}'])('takes over from an unreadable lock: %j', async (text) => {
    const path = join(directory, 'unreadable');
    writeFileSync(path, text);
    expect(await withFileLock(path, () => 'mine', { pollMilliseconds: 1 })).toBe('mine');
  });

  test('says once whom it waits for', async () => {
    const path = join(directory, 'wait');
    const holder = { pid: process.pid, start: processStart(process.pid) };
    writeFileSync(path, JSON.stringify(holder));
    const waits: number[] = [];
    await withFileLock(path, () => undefined, {
      pollMilliseconds: 1,
      onWait: (pid) => {
        waits.push(pid);
        setImmediate(() => rmSync(path));
      },
    });
    expect(waits).toEqual([process.pid]);
  });

  test('a breaker left behind by a dead process is removed in time', async () => {
    const path = join(directory, 'breaker');
    writeFileSync(path, JSON.stringify({ pid: deadPid(), start: null }));
    writeFileSync(`${path}.breaker`, '');
    utimesSync(`${path}.breaker`, new Date(0), new Date(0));
    expect(await withFileLock(path, () => 'mine', { pollMilliseconds: 1 })).toBe('mine');
  });
});

describe('isAlive', () => {
  test('knows itself, the dead and the reborn', () => {
    expect(isAlive({ pid: process.pid, start: processStart(process.pid) })).toBe(true);
    expect(isAlive({ pid: process.pid, start: null })).toBe(true);
    expect(isAlive({ pid: deadPid(), start: null })).toBe(false);
    expect(processStart(process.pid) === null || !isAlive({ pid: process.pid, start: '1' })).toBe(true);
  });
});
