import { expect, test } from '@jest/globals';
import { usageOf } from '../commands/finops-report.ts';
import { reportOptions } from './report-options.ts';

const [english, korean] = [usageOf(['--help']), usageOf(['--help', '--lang', 'ko'])];

test('the help is there in both languages, in lines that fit', () => {
  expect(korean).toContain('사용법');
  for (const line of [...english.split('\n'), ...korean.split('\n')]) expect(line.length).toBeLessThanOrEqual(120);
});

test('both tell every option', () => {
  const names = ['from', 'to', 'as-of', 'compare', 'ledger', 'out', 'format', 'lang', 'team', 'project', 'provider'];
  for (const name of [...names, 'model', 'purpose', 'bom', 'reconcile', 'skip-corrupt', 'json']) {
    expect([name, english.includes(`--${name}`), korean.includes(`--${name}`)]).toEqual([name, true, true]);
  }
});

test('its examples can be typed', () => {
  const examples = [...english.matchAll(/^ .*npx nexus finops-report(.*?)(?: {3}.*)?$/gm)].map(([, words = '']) =>
    words.trim(),
  );
  expect(examples).toHaveLength(4);
  for (const words of examples)
    expect(() => reportOptions(words.split(' ').filter((word) => word !== ''))).not.toThrow();
});
