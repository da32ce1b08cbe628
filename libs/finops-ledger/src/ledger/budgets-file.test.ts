import { describe, expect, test } from '@jest/globals';
import { parseBudgetsFile } from './budgets-file.ts';

function problemsOf(text: string): string {
  const read = parseBudgetsFile(text);
  return read.ok ? '' : read.problems.join('\n');
}

describe('a budgets file', () => {
  test('is YAML or JSON; the soft part is four fifths unless told', () => {
    const yaml = 'budgets:\n  - { scope: team:ops, period: month, hard_usd: 250 }\n';
    const json = '{"budgets":[{"scope":"project:ops/web","period":"day","hard_usd":"12.50","soft_ratio":1}]}';
    expect(parseBudgetsFile(yaml)).toEqual({
      ok: true,
      caps: [{ scope: 'team:ops', period: 'month', hard_nano: 250_000_000_000n, soft_nano: 200_000_000_000n }],
    });
    expect(parseBudgetsFile(json)).toEqual({
      ok: true,
      caps: [{ scope: 'project:ops/web', period: 'day', hard_nano: 12_500_000_000n, soft_nano: 12_500_000_000n }],
    });
    expect(parseBudgetsFile('budgets: []')).toEqual({ ok: true, caps: [] });
  });

  test('is refused with every problem at once', () => {
    const text = `budgets:
  - { scope: planet:earth, period: day, hard_usd: 1 }
  - { scope: team:a, period: week, hard_usd: 1 }
  - { scope: team:a, period: day, hard_usd: -1 }
  - { scope: team:a, period: day, hard_usd: 1e3, limit: 2 }`;
    for (const place of [0, 1, 2, 3]) expect(problemsOf(text)).toContain(`budgets.${place}`);
  });

  test.each([
    ['', 'the file'],
    ['budgets: [', 'is not YAML'],
    ['budgets: []\nlimits: []', 'the file'],
    ['budgets:\n  - { scope: global, period: day, hard_usd: 1 }', 'LLM_BUDGET_DAILY_USD'],
    ['budgets:\n  - { scope: team:a, period: day, hard_usd: 9000001 }', '9000000'],
    [
      'budgets:\n  - { scope: team:a, period: day, hard_usd: 1 }\n  - { scope: team:a, period: day, hard_usd: 2 }',
      'budgets.1: day team:a is there twice',
    ],
  ])('%j says what is wrong', (text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });
});
