import { nanoOf } from '../amount.ts';
import type { Movers, ReportModel, UnitCosts } from '../report-model.ts';
import { budgetEnd, largestOf, qualityRows, unitCostRows } from './report-rows.ts';
import { count, decimalUsd, longMonth, minute, money, percent, type ReportLanguage, signedMoney } from './format.ts';
import { markdownText } from './inert-text.ts';
import { type MarkdownColumn, markdownTable } from './markdown-table.ts';
import { fill, type ReportWords } from './words.ts';

const numbers = (...heads: string[]): MarkdownColumn[] => heads.map((head) => ({ head, number: true }));

/** The budgets that have a cap. */
export function budgetsSection({ budgets }: ReportModel, words: ReportWords): string {
  if (budgets.length === 0) return '';
  const rows = budgets.map((budget) => [
    markdownText(budget.scope, 60),
    budget.period === 'day' ? words.day : words.month,
    ...[budget.cap_usd, budget.spent_usd, budget.held_usd].map((usd) => money(nanoOf(usd))),
    percent(budget.used),
    budgetEnd(budget, words),
  ]);
  const columns = [
    { head: words.scope },
    { head: words.period },
    ...numbers(words.cap, words.spent, words.held, words.used),
    { head: words.usedUp },
  ];
  return `## ${words.budgets}\n\n${markdownTable(columns, rows)}`;
}

/** Every day with its cost for each provider. */
export function daysSection({ days, providers }: ReportModel, words: ReportWords): string {
  const names = providers.rows.slice(0, 6).map(({ name }) => name);
  const rows = days.map((day) => {
    const costs = new Map(day.providers.map(({ name, cost_usd }) => [name, cost_usd]));
    return [
      day.complete ? day.day : `${day.day} (${words.incompleteDay})`,
      String(day.calls),
      decimalUsd(nanoOf(day.cost_usd), 4),
      ...names.map((name) => decimalUsd(nanoOf(costs.get(name) ?? '0'), 4)),
    ];
  });
  const columns = [
    { head: words.day },
    ...numbers(words.rows, words.costUsd, ...names.map((name) => markdownText(name, 30))),
  ];
  return `## ${words.byDay}\n\n${markdownTable(columns, rows)}`;
}

/** The largest changes from the compared period. */
export function moversSection({ movers }: ReportModel, words: ReportWords): string {
  if (movers === null) return '';
  return [
    `## ${words.movers}`,
    `### ${words.moversProjects}`,
    moversTable(movers.projects, words),
    `### ${words.moversModels}`,
    moversTable(movers.models, words),
    words.moversNote,
  ].join('\n\n');
}

function moversTable({ rows, rest }: Movers, words: ReportWords): string {
  if (rows.length === 0) return words.noChange;
  const status = { new: ` (${words.statusNew})`, gone: ` (${words.statusGone})`, changed: '' };
  const beside = largestOf(rows);
  const listed = rows.map((row) => ({ ...row, name: `${markdownText(row.name)}${status[row.status]}` }));
  const all = rest === null ? listed : [...listed, { ...rest, name: fill(words.others, { count: rest.names }) }];
  return markdownTable(
    [{ head: words.name }, ...numbers(words.before, words.after, words.change, words.volume, words.priceMix)],
    all.map((row) => [
      row.name,
      money(nanoOf(row.before_usd), beside),
      money(nanoOf(row.after_usd), beside),
      ...[row.delta_usd, row.volume_usd, row.price_mix_usd].map((usd) => signedMoney(nanoOf(usd), beside)),
    ]),
  );
}

/** What one unit cost, and what it cost before. */
export function unitCostsSection({ unit_costs, compared, quality }: ReportModel, words: ReportWords): string {
  const texts = (costs: UnitCosts) => unitCostRows(costs, { words, source: quality.source });
  const before = unit_costs.before === null ? undefined : texts(unit_costs.before);
  const rows = texts(unit_costs.now).map(({ name, text }, index) => [
    name,
    text,
    ...(before === undefined ? [] : [before[index]?.text ?? '']),
  ]);
  const heads = compared === null ? [words.after] : [words.after, words.before];
  return `## ${words.unitCosts}\n\n${markdownTable([{ head: words.unit }, ...numbers(...heads)], rows)}`;
}

/** What was paid for nothing, and what was not paid at all. */
export function wasteSection({ totals, unit_costs, quality }: ReportModel, words: ReportWords): string {
  if (quality.source === 'file') return `## ${words.waste}\n\n${words.notInFile}`;
  const share = Number(nanoOf(totals.wasted_usd)) / Math.max(1, Number(nanoOf(totals.cost_usd)));
  const wasted = fill(words.wastedText, { calls: count(totals.wasted_calls), share: percent(share) });
  const avoided = fill(words.avoidedText, { hits: count(totals.dedupe_hits) });
  const cached = fill(words.cacheSavedText, { ratio: percent(unit_costs.now.cache_hit_ratio) });
  return [
    `## ${words.waste}`,
    '',
    `- ${words.wasted}: ${money(nanoOf(totals.wasted_usd))} (${wasted})`,
    `- ${words.avoided}: ${signedMoney(-nanoOf(totals.avoided_usd))} (${avoided})`,
    `- ${words.cacheSaved}: ${money(nanoOf(unit_costs.now.cache_savings_usd ?? '0'))} (${cached})`,
  ].join('\n');
}

/** What the month will cost, how that is known, and how far it was off in the past. */
export function forecastSection(
  { forecast }: ReportModel,
  { words, language }: { words: ReportWords; language: ReportLanguage },
): string {
  const title = `## ${fill(words.forecast, { month: longMonth(forecast.month, language) })}`;
  const spent = money(nanoOf(forecast.spent_usd));
  if (forecast.state === 'month_complete') return `${title}\n\n${fill(words.forecastComplete, { spent })}`;
  const lines = forecastLines(forecast, words).map((line) => `- ${line}`);
  if (forecast.methods.length === 0) return [title, '', ...lines].join('\n');
  const rows = forecast.methods.map(({ name, month_end_usd, mape }) => [
    `${name === 'run_rate' ? words.methodRunRate : words.methodWeekday}${name === forecast.chosen ? ` (${words.chosen})` : ''}`,
    money(nanoOf(month_end_usd)),
    percent(mape),
  ]);
  const table = markdownTable([{ head: words.method }, ...numbers(words.monthEnd, words.mape)], rows);
  return [title, '', ...lines, '', table].join('\n');
}

/** The sentences of a forecast that is not of a complete month. */
export function forecastLines(forecast: ReportModel['forecast'], words: ReportWords): string[] {
  const { month_end_usd, p10_usd, p90_usd, needed_days, history_days, backtest, cap_usd, state } = forecast;
  const spent = `${words.forecastSpent}: ${money(nanoOf(forecast.spent_usd))}`;
  const told = (text: string, days: number): string => fill(text, { days, history: history_days });
  if (month_end_usd === null) return [spent, told(words.forecastNone, needed_days.forecast)];
  const cap = cap_usd === null ? 0n : nanoOf(cap_usd);
  const share =
    cap === 0n ? '' : ` (${fill(words.capShare, { share: percent(Number(nanoOf(month_end_usd)) / Number(cap)) })})`;
  const band =
    state === 'no_band' || p10_usd === null || p90_usd === null
      ? told(words.forecastNoBand, needed_days.band)
      : fill(words.forecastBand, { low: money(nanoOf(p10_usd)), high: money(nanoOf(p90_usd)) });
  const expected = `${fill(words.forecastText, { amount: money(nanoOf(month_end_usd)) })}${share}`;
  const tested =
    backtest === null ? [] : [fill(words.backtestText, { origins: backtest.origins, days: backtest.horizon_days })];
  return [spent, expected, band, ...tested];
}

/** The anomalies that began in the window; nothing where nobody looked for them. */
export function anomaliesSection({ anomalies, window }: ReportModel, words: ReportWords): string {
  if (anomalies === null) return '';
  if (anomalies.length === 0) return `## ${words.anomalies}\n\n${words.noAnomalies}`;
  const rows = anomalies.map((anomaly) => [
    minute(anomaly.started_at, window.zone),
    anomaly.ended_at === null ? words.stillOpen : minute(anomaly.ended_at, window.zone),
    markdownText(anomaly.scope),
    markdownText(anomaly.kind),
    money(nanoOf(anomaly.actual_usd)),
    anomaly.expected_usd === null ? '–' : money(nanoOf(anomaly.expected_usd)),
  ]);
  const columns = [
    ...[words.began, words.ended, words.scope, words.kind].map((head) => ({ head })),
    ...numbers(words.actual, words.expected),
  ];
  return `## ${words.anomalies}\n\n${markdownTable(columns, rows)}`;
}

/** How far the numbers can be trusted. */
export function qualitySection(report: ReportModel, words: ReportWords): string {
  const rows = qualityRows(report.quality, words).map(({ name, text, names }) => {
    const listed = names.map((one) => markdownText(one)).join(', ');
    return `- ${name}: ${[text, listed].filter((part) => part !== '').join(': ')}`;
  });
  return [`## ${words.quality}`, '', ...rows].join('\n');
}
