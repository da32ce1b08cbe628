import { nanoOf } from '../amount.ts';
import { money, signedMoney } from '../render/format.ts';
import { htmlText } from '../render/inert-text.ts';
import { largestOf } from '../render/report-rows.ts';
import { fill, type ReportWords } from '../render/words.ts';
import type { Movement, Movers, ReportModel } from '../report-model.ts';
import { point } from './chart-frame.ts';
import { htmlTable } from './html-table.ts';

/** What changed most from the compared period, and whether by volume or by price. */
export function moversSection({ movers, compared }: ReportModel, words: ReportWords): string {
  if (movers === null || compared === null) return '';
  const { how, from, to, days } = compared;
  const against = `${how === 'yoy' ? words.comparedYoy : words.comparedPrev}: ${fill(words.comparedText, { from, to, days })}`;
  return [
    `<section class="long"><h2>${words.movers}</h2>`,
    `<p class="note">${against}. ${words.moversNote}</p>`,
    `<ul class="legend"><li><span class="dot" style="background:var(--volume)"></span>${words.volume}</li><li><span class="dot" style="background:var(--price)"></span>${words.priceMix}</li></ul>`,
    `<h3>${words.moversProjects}</h3>${table(movers.projects, words)}`,
    `<h3>${words.moversModels}</h3>${table(movers.models, words)}</section>`,
  ].join('\n');
}

function table({ rows, rest }: Movers, words: ReportWords): string {
  if (rows.length === 0) return `<p class="note">${words.noChange}</p>`;
  const status = {
    new: ` <span class="chip">${words.statusNew}</span>`,
    gone: ` <span class="chip">${words.statusGone}</span>`,
    changed: '',
  };
  const beside = largestOf(rows);
  const parts = [...rows, ...(rest === null ? [] : [rest])].flatMap(partsOf);
  const extent = { low: Math.min(0, ...parts), high: Math.max(0, ...parts) };
  const cells = (name: string, movement: Movement): string[] => [
    name,
    bars(movement, extent),
    ...[movement.delta_usd, movement.volume_usd, movement.price_mix_usd].map((usd) => signedMoney(nanoOf(usd), beside)),
    money(nanoOf(movement.before_usd), beside),
    money(nanoOf(movement.after_usd), beside),
  ];
  const listed = rows.map((row) => cells(`${htmlText(row.name, 60)}${status[row.status]}`, row));
  const others = rest === null ? [] : [cells(fill(words.others, { count: rest.names }), rest)];
  return htmlTable(
    [
      { head: words.name, kind: 'text' },
      { head: '', kind: 'bar' },
      { head: words.change, kind: 'number' },
      { head: words.volume, kind: 'number' },
      { head: words.priceMix, kind: 'number' },
      { head: words.before, kind: 'number' },
      { head: words.after, kind: 'number' },
    ],
    [...listed, ...others],
    { rest: rest !== null },
  );
}

type Extent = { low: number; high: number };

/** From zero to the right what was added, to the left what was saved: volume above, price and mix below. */
function bars(movement: Movement, { low, high }: Extent): string {
  const place = (nano: number): number => (high === low ? 0 : ((nano - low) / (high - low)) * 100);
  const bar = (nano: number, y: number, colour: string): string => {
    const [left, right] = [place(Math.min(0, nano)), place(Math.max(0, nano))];
    return `<rect x="${point(left)}" y="${y}" width="${point(right - left)}" height="7" fill="${colour}"/>`;
  };
  const [volume = 0, price = 0] = partsOf(movement);
  const zero = `<rect x="${point(Math.min(99.6, place(0)))}" width="0.4" height="18" fill="var(--faint)"/>`;
  return `<svg class="movers" viewBox="0 0 100 18" preserveAspectRatio="none" aria-hidden="true">${bar(volume, 1.5, 'var(--volume)')}${bar(price, 9.5, 'var(--price)')}${zero}</svg>`;
}

function partsOf({ volume_usd, price_mix_usd }: Movement): number[] {
  return [volume_usd, price_mix_usd].map((usd) => Number(nanoOf(usd)));
}
