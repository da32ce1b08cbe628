import { scaleBand, scaleLinear } from 'd3-scale';
import { weekdayOf } from '../../spend/calendar.ts';
import { nanoOf } from '../amount.ts';
import type { ReportModel } from '../report-model.ts';
import { longDay, longMonth, money, type ReportLanguage, shortDay } from '../render/format.ts';
import { htmlText } from '../render/inert-text.ts';
import { fill, type ReportWords } from '../render/words.ts';
import { amountAxis, chartFrame, FRAME, point } from './chart-frame.ts';
import { providerColours } from './palette.ts';
import { type Timeline, type TimelineBar, timelineOf } from './timeline.ts';

const MOST_SERIES = 7;
const MOST_LABELS = 16;
const NANO = 1e9;

type Told = { words: ReportWords; language: ReportLanguage };

/** Cost over time as stacked bars by provider, with the average of the compared period as a line, and a legend with the totals. */
export function dayChart(report: ReportModel, { words, language }: Told): string {
  const timeline = timelineOf(report.days);
  const { bars, grain } = timeline;
  const names = report.providers.rows.slice(0, MOST_SERIES).map(({ name }) => name);
  const colours = providerColours(names);
  const highest = bars.reduce((most, { cost }) => Math.max(most, Number(cost) / NANO), 0);
  const before = averageBefore(report, grain);
  const y = scaleLinear()
    .domain([0, Math.max(highest, before ?? 0) || 1])
    .nice(4)
    .range([FRAME.height - FRAME.bottom, FRAME.top]);
  const x = scaleBand<number>()
    .domain(bars.map((_, index) => index))
    .range([FRAME.left, FRAME.width - FRAME.right])
    .paddingInner(0.22)
    .paddingOuter(0.15);
  const drawing: Drawing = { x: (index) => x(index) ?? 0, width: x.bandwidth(), step: x.step(), y: (usd) => y(usd) };
  const body = [
    grain === 'day' ? weekends(bars, drawing) : '',
    amountAxis(y),
    ...bars.map((bar, index) =>
      stack(bar, { ...drawing, index, names, colours, title: titleOf(bar, { grain, language }) }),
    ),
    before === null ? '' : beforeLine(y(before)),
    labels(timeline, drawing, language),
  ].join('\n');
  const title = { day: words.byDayChart, week: words.byWeekChart, month: words.byMonthChart }[grain];
  const description = fill(words.dayDescription, {
    count: bars.length,
    from: longDay(report.window.from, language),
    to: longDay(report.window.to, language),
    highest: money(BigInt(Math.round(highest * NANO))),
  });
  return `${legend(report, { words, colours })}${chartFrame(body, { id: 'days', title, description })}`;
}

type Drawing = { x: (index: number) => number; width: number; step: number; y: (usd: number) => number };
type Stack = Drawing & { index: number; names: string[]; colours: Map<string, string>; title: string };

/** The dearest provider lies at the bottom, where bars can be compared; those without a colour of their own lie on top. */
function stack(bar: TimelineBar, { x, y, width, index, names, colours, title }: Stack): string {
  const others = [...bar.providers].filter(([name]) => !names.includes(name));
  const parts = [
    ...names.map((name) => ({ name, cost: bar.providers.get(name) ?? 0n, colour: colours.get(name) ?? '' })),
    { name: '…', cost: others.reduce((sum, [, cost]) => sum + cost, 0n), colour: 'var(--series-rest)' },
  ].filter(({ cost }) => cost > 0n);
  let below = 0;
  const shapes = parts.map(({ colour, cost }) => {
    const from = y(below);
    below += Number(cost) / NANO;
    const height = Math.max(0.4, from - y(below));
    const gap = height > 3 ? 0.8 : 0;
    return `<rect x="${point(x(index))}" y="${point(y(below))}" width="${point(width)}" height="${point(height - gap)}" fill="${colour}"/>`;
  });
  const lines = parts.toReversed().map(({ name, cost }) => `${inline(name)}: ${money(cost, bar.cost)}`);
  const text = [`${title}: ${money(bar.cost)}`, ...lines].join('&#10;');
  return `<g class="day${bar.complete ? '' : ' open'}"><title>${text}</title>${shapes.join('')}</g>`;
}

function inline(name: string): string {
  return htmlText(name, 40);
}

function titleOf(
  bar: TimelineBar,
  { grain, language }: { grain: Timeline['grain']; language: ReportLanguage },
): string {
  return grain === 'month' ? longMonth(bar.from, language) : longDay(bar.from, language);
}

function weekends(bars: readonly TimelineBar[], { x, step, width }: Drawing): string {
  const top = FRAME.top;
  const height = FRAME.height - FRAME.bottom - top;
  return bars
    .map(({ from }, index) => {
      const isWeekend = [0, 6].includes(weekdayOf(from));
      const left = x(index) - (step - width) / 2;
      return isWeekend
        ? `<rect class="weekend" x="${point(left)}" y="${top}" width="${point(step)}" height="${height}"/>`
        : '';
    })
    .join('');
}

/** What a bar of the compared period cost on average: single days of two periods fall on other weekdays. */
function averageBefore({ compared }: ReportModel, grain: Timeline['grain']): number | null {
  if (compared === null) return null;
  const days = { day: 1, week: 7, month: 365.25 / 12 }[grain];
  return (Number(nanoOf(compared.totals.cost_usd)) / NANO / compared.days) * days;
}

function beforeLine(y: number): string {
  return `<line class="before" x1="${FRAME.left}" x2="${FRAME.width - FRAME.right}" y1="${point(y)}" y2="${point(y)}"/>`;
}

function labels({ bars, grain }: Timeline, { x, width }: Drawing, language: ReportLanguage): string {
  const every = Math.ceil(bars.length / MOST_LABELS);
  return bars
    .map(({ from }, index) => {
      if (index % every !== 0) return '';
      const text = grain === 'month' ? longMonth(from, language) : shortDay(from, language);
      return `<text x="${point(x(index) + width / 2)}" y="${FRAME.height - 10}" text-anchor="middle">${text}</text>`;
    })
    .join('');
}

function legend(
  { providers, compared }: ReportModel,
  { words, colours }: { words: ReportWords; colours: Map<string, string> },
) {
  const items = providers.rows.slice(0, MOST_SERIES).map(({ name }) => {
    return `<li><span class="dot" style="background:${colours.get(name)}"></span>${inline(name)}</li>`;
  });
  const left = providers.rows.length - MOST_SERIES + (providers.rest?.names ?? 0);
  const rest = fill(words.others, { count: left });
  if (left > 0) items.push(`<li><span class="dot" style="background:var(--series-rest)"></span>${rest}</li>`);
  if (compared !== null) items.push(`<li><span class="stroke"></span>${words.previousLine}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}
