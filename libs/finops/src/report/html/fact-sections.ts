import { nanoOf } from '../amount.ts';
import {
  count,
  longDay,
  longMonth,
  minute,
  money,
  percent,
  type ReportLanguage,
  signedMoney,
} from '../render/format.ts';
import { htmlText } from '../render/inert-text.ts';
import { forecastLines } from '../render/markdown-sections.ts';
import { qualityRows, unitCostRows } from '../render/report-rows.ts';
import { fill, type ReportWords } from '../render/words.ts';
import type { ReportModel } from '../report-model.ts';
import { dayChart } from './day-chart.ts';
import { forecastChart } from './forecast-chart.ts';
import { type HtmlColumn, htmlTable } from './html-table.ts';

type Told = { words: ReportWords; language: ReportLanguage };

const numbers = (...heads: string[]): HtmlColumn[] => heads.map((head) => ({ head, kind: 'number' }));
const MOST_PROVIDERS = 6;

/** The chart of days, and every day as a table for those who cannot see it. */
export function daysSection(report: ReportModel, told: Told): string {
  const { words, language } = told;
  const names = report.providers.rows.slice(0, MOST_PROVIDERS).map(({ name }) => name);
  const rows = report.days.map((day) => {
    const costs = new Map(day.providers.map(({ name, cost_usd }) => [name, nanoOf(cost_usd)]));
    const open = day.complete ? '' : ` <span class="chip">${words.incompleteDay}</span>`;
    return [
      `${longDay(day.day, language)}${open}`,
      count(day.calls),
      money(nanoOf(day.cost_usd)),
      ...names.map((name) => money(costs.get(name) ?? 0n, nanoOf(day.cost_usd))),
    ];
  });
  const heads = [words.calls, words.cost, ...names.map((name) => htmlText(name, 30))];
  const table = htmlTable([{ head: words.day }, ...numbers(...heads)], rows);
  return `<section><h2>${words.byDay}</h2>${dayChart(report, told)}<details><summary>${words.tableOfDays}</summary>${table}</details></section>`;
}

/** The course of the month, and how much it can be trusted. */
export function forecastSection(report: ReportModel, told: Told): string {
  const { forecast } = report;
  const { words, language } = told;
  const title = fill(words.forecast, { month: longMonth(forecast.month, language) });
  if (forecast.state === 'month_complete') return '';
  const lines = forecastLines(forecast, words).join(' · ');
  const methods = forecast.methods.map(({ name, month_end_usd, mape }) => [
    `${name === 'run_rate' ? words.methodRunRate : words.methodWeekday}${name === forecast.chosen ? ` <span class="chip good">${words.chosen}</span>` : ''}`,
    money(nanoOf(month_end_usd)),
    percent(mape),
  ]);
  const columns = [{ head: words.method }, ...numbers(words.monthEnd, words.mape)];
  return [
    `<section><h2>${title}</h2><p class="note">${lines}</p>`,
    forecastChart(report, told),
    methods.length === 0 ? '' : htmlTable(columns, methods),
    forecast.days.length === 0 ? '' : forecastDays(report, told),
    '</section>',
  ].join('\n');
}

function forecastDays({ forecast }: ReportModel, { words, language }: Told): string {
  const cell = (usd: string | null): string => (usd === null ? '–' : money(nanoOf(usd)));
  const rows = forecast.days.map(({ day, actual_usd, expected_usd, p10_usd, p90_usd }) => [
    longDay(day, language),
    ...[actual_usd, expected_usd, p10_usd, p90_usd].map(cell),
  ]);
  const columns = [{ head: words.day }, ...numbers(words.actual, words.expected, 'P10', 'P90')];
  return `<details><summary>${words.tableOfForecast}</summary>${htmlTable(columns, rows)}</details>`;
}

/** What one unit cost, now and before. */
export function unitSection({ unit_costs, quality }: ReportModel, { words }: Told): string {
  const before =
    unit_costs.before === null ? undefined : unitCostRows(unit_costs.before, { words, source: quality.source });
  const rows = unitCostRows(unit_costs.now, { words, source: quality.source }).map(({ name, text }, index) => [
    name,
    text,
    ...(before === undefined ? [] : [before[index]?.text ?? '']),
  ]);
  const heads = before === undefined ? [words.after] : [words.after, words.before];
  return `<section><h2>${words.unitCosts}</h2>${htmlTable([{ head: words.unit, kind: 'text' }, ...numbers(...heads)], rows)}</section>`;
}

/** What was paid for nothing, and what was not paid. */
export function wasteSection({ totals, unit_costs, quality }: ReportModel, { words }: Told): string {
  if (quality.source === 'file')
    return `<section><h2>${words.waste}</h2><p class="note">${words.notInFile}</p></section>`;
  const [cost, wasted] = [nanoOf(totals.cost_usd), nanoOf(totals.wasted_usd)];
  const share = percent(cost === 0n ? 0 : Number(wasted) / Number(cost));
  const row = (name: string, text: string, amount: string): string[] => [
    `${name}<br><span class="note">${text}</span>`,
    amount,
  ];
  const rows = [
    row(words.wasted, fill(words.wastedText, { calls: count(totals.wasted_calls), share }), money(wasted)),
    row(
      words.avoided,
      fill(words.avoidedText, { hits: count(totals.dedupe_hits) }),
      signedMoney(-nanoOf(totals.avoided_usd)),
    ),
    row(
      words.cacheSaved,
      fill(words.cacheSavedText, { ratio: percent(unit_costs.now.cache_hit_ratio) }),
      money(nanoOf(unit_costs.now.cache_savings_usd ?? '0')),
    ),
  ];
  return `<section><h2>${words.waste}</h2>${htmlTable([{ head: '', kind: 'text' }, ...numbers('')], rows)}</section>`;
}

/** The anomalies that began in the window; nothing where nobody looked for them. */
export function anomaliesSection({ anomalies, window }: ReportModel, { words }: Told): string {
  if (anomalies === null) return '';
  if (anomalies.length === 0) {
    return `<section><h2>${words.anomalies}</h2><p class="note">${words.noAnomalies}</p></section>`;
  }
  const rows = anomalies.map((anomaly) => [
    minute(anomaly.started_at, window.zone),
    anomaly.ended_at === null
      ? `<span class="chip hard">${words.stillOpen}</span>`
      : minute(anomaly.ended_at, window.zone),
    htmlText(anomaly.scope),
    htmlText(anomaly.kind),
    money(nanoOf(anomaly.actual_usd)),
    anomaly.expected_usd === null ? '–' : money(nanoOf(anomaly.expected_usd)),
  ]);
  const columns: HtmlColumn[] = [
    ...[words.began, words.ended].map((head) => ({ head })),
    ...[words.scope, words.kind].map((head) => ({ head, kind: 'text' as const })),
    ...numbers(words.actual, words.expected),
  ];
  return `<section><h2>${words.anomalies}</h2>${htmlTable(columns, rows)}</section>`;
}

/** How far the numbers can be trusted. */
export function qualitySection({ quality }: ReportModel, { words }: Told): string {
  const items = qualityRows(quality, words).map(({ name, text, names, level }) => {
    const listed = names.map((one) => htmlText(one, 60)).join(', ');
    const small = listed === '' ? '' : text === '' ? listed : `<small>${listed}</small>`;
    return `<li class="is-${level}"><span class="name">${name}</span><span class="value">${text}${small}</span></li>`;
  });
  return `<section><h2>${words.quality}</h2><ul class="facts">${items.join('\n')}</ul></section>`;
}
