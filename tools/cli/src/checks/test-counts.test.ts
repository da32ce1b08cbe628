import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addCounts, forgetCounts, readCounts } from './test-counts.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nexus-counts-'));
  write('libs/a', { passed: 3, failed: 0, skipped: 1 });
  write('apps/b', { passed: 2, failed: 1, skipped: 0 });
  write('e2e', { passed: 5, failed: 0, skipped: 0 });
});
afterEach(() => rmSync(root, { recursive: true }));

function write(project: string, counts: unknown): void {
  mkdirSync(join(root, project, 'test-output'), { recursive: true });
  writeFileSync(join(root, project, 'test-output/counts.json'), JSON.stringify(counts));
}

test('every project is counted, and zero is a number', () => {
  expect([...readCounts(root).keys()]).toEqual(['apps/b', 'e2e', 'libs/a']);
  expect(addCounts(readCounts(root).values())).toEqual({ passed: 10, failed: 1, skipped: 1 });
  expect(addCounts([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

test('counts of an earlier run are forgotten', () => {
  forgetCounts(root);
  expect(readCounts(root).size).toBe(0);
});
