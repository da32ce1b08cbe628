import { describe, expect, it } from '@jest/globals';
import type { Answer } from './parity-case.ts';
import { countRight, renderParity, replaceParity } from './parity-table.ts';
import type { ParityRun } from './run-parity.ts';

const whole: Answer = { status: 200, by: 'B', failed: false, complete: true, tokens: 9 };
const half: Answer = { status: 200, by: 'A', failed: false, complete: false, tokens: undefined };
const told: Answer = { status: 503, by: undefined, failed: true, complete: false, tokens: undefined };

function runOf(...peers: Answer[]): ParityRun {
  const results = peers.map((answer) => ({
    of: { name: '500', right: 'B answers', fault: { kind: 'serverError' } as const, passes: () => true },
    ours: { ok: true, seen: { answers: [whole], hits: { a: 1, b: 1 } } },
    peer: { ok: answer.by === 'B', seen: { answers: [answer], hits: { a: 1, b: 0 } } },
  }));
  return { results, ours: 'Nexus', peer: 'Peer 1.0' };
}

describe('the table of cases', () => {
  it('says what each gateway did and who was right', () => {
    const table = renderParity(
      runOf(half, told, { ...told, failed: false, status: 200 }, { ...whole, tokens: undefined }),
    );
    expect(table.split('\n')).toEqual([
      '| What A does | Right | Nexus | Peer 1.0 |',
      '| --- | --- | --- | --- |',
      '| 500 | B answers | ✓ B answers (A 1×, B 1×) | ✗ text of A, then silence (A 1×, B 0×) |',
      '| 500 | B answers | ✓ B answers (A 1×, B 1×) | ✗ error, status 503 (A 1×, B 0×) |',
      '| 500 | B answers | ✓ B answers (A 1×, B 1×) | ✗ status 200 without an answer (A 1×, B 0×) |',
      '| 500 | B answers | ✓ B answers (A 1×, B 1×) | ✓ B answers, no usage (A 1×, B 0×) |',
      '| **Right** |  | **4 of 4** | **1 of 4** |',
    ]);
    expect(countRight(runOf(half, whole))).toEqual({ cases: 2, ours: 2, peer: 1 });
  });

  it('is put between the markers; the same table keeps the day of the first run', () => {
    const empty = `Before.\n\n${'<!-- parity:start, written by npx nexus parity. Do not edit. -->'}\n<!-- parity:end -->\n\nAfter.\n`;
    const table = renderParity(runOf(half));
    const first = replaceParity(empty, { table, day: '2026-01-01' });
    expect(first).toMatch(/^Before\.\n\n<!-- parity:start[^\n]*\n\nRun on 2026-01-01\.\n/);
    expect(first).toMatch(/\n<!-- parity:end -->\n\nAfter\.\n$/);
    expect(replaceParity(first, { table, day: '2026-02-02' })).toBe(first);
    const changed = replaceParity(first, { table: renderParity(runOf(whole)), day: '2026-02-02' });
    expect(changed).toContain('Run on 2026-02-02.');
    expect(changed).not.toContain('silence');
  });

  it('refuses a document without the markers', () => {
    expect(() => replaceParity('Nothing.', { table: '', day: '2026-01-01' })).toThrow('parity:start');
  });
});
