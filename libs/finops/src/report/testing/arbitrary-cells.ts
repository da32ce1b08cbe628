import fc from 'fast-check';
import { addDays } from '../../spend/calendar.ts';
import type { DayCell } from '../../spend/spend-cell.ts';

/** Names that break a renderer which trusts them. */
export const HOSTILE_NAMES = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '=HYPERLINK("http://evil.example","x")',
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  'a|b',
  'line\nbreak\r\n| x | y |',
  '[click](https://evil.example)',
  '![x](https://evil.example/p.png)',
  'https://evil.example',
  'www.evil.example',
  '`code` ``more``',
  '**bold** _it_ ~~no~~ # h',
  '@channel <!channel> @here',
  '&lt;b&gt; &amp;',
  '\u202egpj.exe',
  '\u0000\u0007\u001b[31mred',
  '배송,"조회"',
  '',
];

const name = fc.oneof(fc.constantFrom('ops', 'finance', 'other'), fc.constantFrom(...HOSTILE_NAMES), fc.string());
const nano = fc.bigInt({ min: 0n, max: 10n ** 15n });
const tokens = fc.nat(5_000_000);

/** Cells of November 2026 with any names and amounts. */
export const arbitraryCells: fc.Arbitrary<DayCell[]> = fc.array(
  fc
    .record({
      day: fc.nat(29).map((index) => addDays('2026-11-01', index)),
      provider: fc.constantFrom('gemini', 'openai', '<b>'),
      model: name,
      purpose: name,
      team: name,
      project: name,
      calls: fc.integer({ min: 1, max: 9999 }),
      cost_nano: nano,
      list_nano: nano,
      ...{ input: tokens, cache_read: tokens, cache_write: tokens, output: tokens, reasoning: tokens },
      ...{ latency_ms: tokens, avoided_nano: nano, dedupe_hits: fc.nat(99), wasted_nano: nano },
    })
    .map((cell) => ({ ...cell, approx_calls: 0, base_priced_calls: cell.calls % 2, wasted_calls: cell.calls % 3 })),
  { maxLength: 40 },
);
