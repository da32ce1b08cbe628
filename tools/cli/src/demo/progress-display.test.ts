import { describe, expect, test } from '@jest/globals';
import type { Task } from '@nexus/contracts';
import { barOf, createProgressDisplay } from './progress-display.ts';

function running(done: number, total: number, message?: string): Task {
  const progress = { done, total, ...(message === undefined ? {} : { message }) };
  return { status: 'running', retry_count: 0, last_error: null, progress } as unknown as Task;
}

describe('the progress of a task', () => {
  test('as a bar', () => {
    expect(barOf(running(1_500, 3_000, 'reading'))).toBe(
      '[############------------]  50%  running  1,500 of 3,000  reading',
    );
    expect(barOf(running(1_500, 0))).toBe('[------------------------]       running  1,500');
    expect(barOf(running(9, 3))).toContain('100%');
    expect(barOf({ ...running(1, 3), status: 'succeeded' })).toBe('[########################] 100%  succeeded');
  });

  test('a waiting retry says why', () => {
    const task = { status: 'queued', retry_count: 1, last_error: { code: 'CRASH' }, progress: null } as unknown as Task;
    expect(barOf(task)).toContain('queued again after CRASH');
  });

  test('outside a terminal a line per step of ten percent, never twice the same', () => {
    const lines: string[] = [];
    const display = createProgressDisplay((text) => lines.push(text), false);
    for (let done = 0; done <= 100; done++) display.show(running(done, 100, 'reading'));
    display.end();
    expect(lines).toHaveLength(11);
    expect(lines[5]).toBe('  · running 50% reading\n');
  });

  test('in a terminal the line is redrawn and ended', () => {
    const written: string[] = [];
    const display = createProgressDisplay((text) => written.push(text), true);
    display.show(running(1, 2));
    display.show(running(1, 2));
    display.end();
    expect(written).toEqual([expect.stringMatching(/^\r.*50%/), '\n']);
  });
});
