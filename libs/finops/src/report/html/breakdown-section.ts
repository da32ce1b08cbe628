import { nanoOf, shareOf } from '../amount.ts';
import { compactCount, money, percent, type ReportLanguage, signedPercent } from '../render/format.ts';
import { htmlText } from '../render/inert-text.ts';
import { fill, type ReportWords } from '../render/words.ts';
import type { Breakdown, BreakdownRow } from '../report-model.ts';
import { point } from './chart-frame.ts';
import { htmlTable } from './html-table.ts';

type Options = {
  title: string;
  name: string;
  most: number;
  words: ReportWords;
  language: ReportLanguage;
  /** Whether there is a period to compare with. */
  compared: boolean;
  /** The colour of a row; without, all have one. */
  colourOf?: (row: BreakdownRow) => string;
};

/** Who spent how much: a ranked table with a bar in each row. */
export function breakdownSection(breakdown: Breakdown, options: Options): string {
  const { title, name, most, words, compared } = options;
  const { rows, rest } = breakdown;
  const listed = rows.slice(0, most);
  const largest = nanoOf(listed[0]?.cost_usd ?? '0');
  const left = rows.slice(most);
  const names = left.length + (rest?.names ?? 0);
  const cost = left.reduce((sum, { cost_usd }) => sum + nanoOf(cost_usd), nanoOf(rest?.cost_usd ?? '0'));
  const others = [
    fill(words.others, { count: names }),
    '',
    money(cost, largest),
    '',
    ...(compared ? [''] : []),
    '',
    '',
  ];
  const cells = listed.map((row) => rowCells(row, { ...options, largest }));
  const table = htmlTable(
    [
      { head: name, kind: 'name' },
      { head: words.cost, kind: 'number' },
      { head: words.share, kind: 'number' },
      ...(compared ? [{ head: words.change, kind: 'number' as const }] : []),
      { head: words.tokens, kind: 'number spare' },
      { head: words.approx, kind: 'number' },
    ],
    names > 0 ? [...cells, others] : cells,
    { rest: names > 0 },
  );
  return `<section><h2>${title}</h2>${table}</section>`;
}

function rowCells(
  row: BreakdownRow,
  { largest, colourOf, language, compared }: Options & { largest: bigint },
): string[] {
  const cost = nanoOf(row.cost_usd);
  const colour = colourOf?.(row);
  const dot = colour === undefined ? '' : `<span class="dot" style="background:${colour}"></span>`;
  const before = row.before_usd === null ? 0n : nanoOf(row.before_usd);
  return [
    `${dot}${htmlText(row.name, 60)}${meter(shareOf(cost, largest) ?? 0, colour ?? 'var(--accent)')}`,
    money(cost, largest),
    percent(row.share),
    ...(compared ? [before === 0n ? '–' : signedPercent(shareOf(cost - before, before))] : []),
    compactCount(row.tokens.total, language),
    row.approx_calls === 0 ? '–' : percent(row.approx_share),
  ];
}

/** A bar as wide as the share of its cell. It says what the number beside it says, so it is hidden from screen readers. */
export function meter(share: number, colour: string): string {
  const width = point(Math.max(0, Math.min(1, share)) * 100);
  return `<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="10" fill="var(--track)"/><rect width="${width}" height="10" fill="${colour}"/></svg>`;
}
