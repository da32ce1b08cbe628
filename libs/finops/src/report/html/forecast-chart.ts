import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { nanoOf } from '../amount.ts';
import type { ForecastDay, ReportModel } from '../report-model.ts';
import { count, longMonth, money, type ReportLanguage, shortDay } from '../render/format.ts';
import { fill, type ReportWords } from '../render/words.ts';
import { amountAxis, chartFrame, FRAME, point } from './chart-frame.ts';

const NANO = 1e9;

/** Cost of the month up to each day, then the expected course with its band, and the cap. Empty without a forecast. */
export function forecastChart(
  { forecast }: ReportModel,
  { words, language }: { words: ReportWords; language: ReportLanguage },
): string {
  const { days, cap_usd, month_end_usd } = forecast;
  if (month_end_usd === null || days.length < 2) return '';
  const cap = cap_usd === null ? null : usd(cap_usd);
  const highest = Math.max(...days.map((day) => usd(day.p90_usd ?? day.expected_usd ?? day.actual_usd ?? '0')));
  // A cap far away would press the course to the ground.
  const showsCap = cap !== null && cap > 0 && cap <= highest * 3;
  const y = scaleLinear()
    .domain([0, Math.max(highest, showsCap ? cap : 0) || 1])
    .nice(4)
    .range([FRAME.height - FRAME.bottom, FRAME.top]);
  const x = scaleLinear()
    .domain([0, days.length - 1])
    .range([FRAME.left + 8, FRAME.width - FRAME.right - 130]);
  const drawing = { x: (index: number) => x(index), y: (amount: string) => y(usd(amount)) };
  const body = [
    amountAxis(y),
    bandOf(days, drawing),
    courseOf(days, drawing),
    showsCap ? capLine(y(cap)) : '',
    endLabels(forecast, drawing),
    days
      .map(({ day }, index) =>
        index % Math.ceil(days.length / 11) === 0
          ? `<text x="${point(x(index))}" y="${FRAME.height - 10}" text-anchor="middle">${shortDay(day, language)}</text>`
          : '',
      )
      .join(''),
  ].join('\n');
  const month = longMonth(forecast.month, language);
  const description = fill(words.forecastDescription, {
    spent: money(nanoOf(forecast.spent_usd)),
    end: money(nanoOf(month_end_usd)),
  });
  const chart = chartFrame(body, { id: 'forecast', title: fill(words.forecastChart, { month }), description });
  return `${legend(words, { cap: showsCap ? cap_usd : null, hasBand: forecast.p90_usd !== null })}${chart}`;
}

type Drawing = { x: (index: number) => number; y: (amount: string) => number };

/** The day before the first one to come, from which the expected course leaves. */
function withStart(days: readonly ForecastDay[]): { day: ForecastDay; index: number }[] {
  const first = days.findIndex(({ expected_usd }) => expected_usd !== null);
  return days.map((day, index) => ({ day, index })).slice(Math.max(0, first - 1));
}

function bandOf(days: readonly ForecastDay[], { x, y }: Drawing): string {
  const draw = area<{ day: ForecastDay; index: number }>()
    .x(({ index }) => x(index))
    .y0(({ day }) => y(day.p10_usd ?? day.actual_usd ?? day.expected_usd ?? '0'))
    .y1(({ day }) => y(day.p90_usd ?? day.actual_usd ?? day.expected_usd ?? '0'))
    .digits(2);
  const hasBand = days.some(({ p90_usd }) => p90_usd !== null);
  return hasBand ? `<path d="${draw(withStart(days)) ?? ''}" fill="var(--band)" opacity="0.16"/>` : '';
}

function courseOf(days: readonly ForecastDay[], { x, y }: Drawing): string {
  const draw = line<{ day: ForecastDay; index: number }>()
    .x(({ index }) => x(index))
    .y(({ day }) => y(day.actual_usd ?? day.expected_usd ?? '0'))
    .digits(2);
  const actual = days.map((day, index) => ({ day, index })).filter(({ day }) => day.actual_usd !== null);
  const stroke = 'fill="none" stroke="var(--band)" stroke-width="2.5" stroke-linejoin="round"';
  return [
    actual.length === 0 ? '' : `<path d="${draw(actual) ?? ''}" ${stroke}/>`,
    `<path d="${draw(withStart(days)) ?? ''}" ${stroke} stroke-dasharray="5 4"/>`,
  ].join('');
}

function capLine(y: number): string {
  return `<line x1="${FRAME.left}" x2="${FRAME.width - FRAME.right}" y1="${point(y)}" y2="${point(y)}" stroke="var(--bad)" stroke-width="1.5"/>`;
}

/** The three amounts at the end, moved apart where they would lie on each other. */
function endLabels({ days, month_end_usd, p10_usd, p90_usd }: ReportModel['forecast'], { x, y }: Drawing): string {
  const left = point(x(days.length - 1) + 8);
  const amount = month_end_usd ?? '0';
  const middle = y(amount);
  const texts = [
    { usd: p90_usd, at: Math.min(y(p90_usd ?? amount), middle - 17), text: 'P90 ', mark: false },
    { usd: month_end_usd, at: middle, text: '', mark: true },
    { usd: p10_usd, at: Math.max(y(p10_usd ?? amount), middle + 17), text: 'P10 ', mark: false },
  ];
  return texts
    .filter(({ usd: told }) => told !== null)
    .map(({ usd: told, at, text, mark }) => {
      const shown = `${text}${endAmount(nanoOf(told ?? '0'))}`;
      return `<text${mark ? ' class="mark"' : ''} x="${left}" y="${point(at)}" dy="0.32em">${shown}</text>`;
    })
    .join('');
}

/** There is no room for cents beside hundreds of dollars. */
function endAmount(nano: bigint): string {
  return nano < 100n * BigInt(NANO) ? money(nano) : `$${count(Math.round(Number(nano) / NANO))}`;
}

function legend(words: ReportWords, { cap, hasBand }: { cap: string | null; hasBand: boolean }): string {
  const items = [
    `<li><span class="stroke solid"></span>${words.actualLine}</li>`,
    `<li><span class="stroke expected"></span>${words.expectedLine}</li>`,
    ...(hasBand
      ? [`<li><span class="dot" style="background:var(--band);opacity:0.3"></span>${words.bandArea}</li>`]
      : []),
    ...(cap === null
      ? []
      : [`<li><span class="stroke cap"></span>${fill(words.capLine, { cap: money(nanoOf(cap)) })}</li>`]),
  ];
  return `<ul class="legend">${items.join('')}</ul>`;
}

function usd(text: string): number {
  return Number(nanoOf(text)) / NANO;
}
