import { nanoOf, shareOf } from '../amount.ts';
import { forecastLines } from '../render/markdown-sections.ts';
import { largestOf } from '../render/report-rows.ts';
import { count, money, percent, type ReportLanguage, shortDay, signedMoney, signedPercent } from '../render/format.ts';
import { htmlText } from '../render/inert-text.ts';
import { fill, type ReportWords } from '../render/words.ts';
import type { ReportModel } from '../report-model.ts';

type Told = { words: ReportWords; language: ReportLanguage };
type Tile = { name: string; value: string; more: string };

/** What changed against the compared period, in one sentence; nothing where nothing is compared. */
export function headline({ compared, movers }: ReportModel, { words, language }: Told): string {
  if (compared === null) return '';
  const { movement, change } = compared;
  const [from, to] = [shortDay(compared.from, language), shortDay(compared.to, language)];
  const delta = nanoOf(movement.delta_usd);
  const beside = largestOf([movement]);
  if (delta === 0n) return fill(words.headlineSame, { from, to });
  const text = fill(delta > 0n ? words.headlineUp : words.headlineDown, {
    from,
    to,
    delta: money(delta > 0n ? delta : -delta, beside),
    change: change === null ? words.statusNew : signedPercent(change),
    volume: signedMoney(nanoOf(movement.volume_usd), beside),
    price: signedMoney(nanoOf(movement.price_mix_usd), beside),
  });
  const driver = movers?.projects.rows[0];
  if (driver === undefined) return text;
  const most = fill(words.headlineDriver, {
    name: `<b>${htmlText(driver.name)}</b>`,
    delta: signedMoney(nanoOf(driver.delta_usd), beside),
  });
  return `${text} ${most}`;
}

/** The six numbers that people look at first. */
export function tiles(report: ReportModel, told: Told): string {
  const { words } = told;
  const list = [
    costTile(report, words),
    paceTile(report, words),
    forecastTile(report, words),
    ...unitTiles(report, words),
  ];
  const html = list.map(
    ({ name, value, more }, index) =>
      `<div class="tile${index === 0 ? ' first' : ''}"><div class="name">${name}</div><div class="value">${value}</div><div class="more">${more}</div></div>`,
  );
  return `<div class="tiles">${html.join('\n')}</div>`;
}

function costTile({ totals, compared }: ReportModel, words: ReportWords): Tile {
  const calls = `${words.calls} ${count(totals.calls)}`;
  const change = compared?.change ?? null;
  const against = change === null ? '' : ` · ${words.vsBefore} ${signedPercent(change)}`;
  return { name: words.totalCost, value: money(nanoOf(totals.cost_usd)), more: `${calls}${against}` };
}

function paceTile({ run_rate }: ReportModel, words: ReportWords): Tile {
  if (run_rate === null) return { name: words.runRate, value: '–', more: words.noRunRate };
  const month = money(nanoOf(run_rate.per_month_usd));
  return {
    name: `${words.runRate}, ${words.perDay}`,
    value: money(nanoOf(run_rate.per_day_usd)),
    more: `${month} ${words.perMonth}`,
  };
}

function forecastTile({ forecast }: ReportModel, words: ReportWords): Tile {
  const name = words.forecastShort;
  if (forecast.state === 'month_complete') {
    const spent = money(nanoOf(forecast.spent_usd));
    return { name, value: spent, more: fill(words.forecastComplete, { spent }) };
  }
  if (forecast.month_end_usd === null) return { name, value: '–', more: forecastLines(forecast, words)[1] ?? '' };
  const { p10_usd, p90_usd, month_end_usd } = forecast;
  const low = p10_usd === null ? null : money(nanoOf(p10_usd));
  const more =
    low === null || p90_usd === null
      ? `${words.forecastSpent} ${money(nanoOf(forecast.spent_usd))}`
      : fill(words.forecastBand, { low, high: money(nanoOf(p90_usd)) });
  return { name, value: money(nanoOf(month_end_usd)), more };
}

function unitTiles({ unit_costs, totals, quality }: ReportModel, words: ReportWords): Tile[] {
  const { now, before } = unit_costs;
  const isFile = quality.source === 'file';
  const unit = isFile ? now.per_call_usd : now.per_accepted_usd;
  const past = isFile ? before?.per_call_usd : before?.per_accepted_usd;
  const against = past == null ? '' : `${words.before} ${money(nanoOf(past))}`;
  const untold = { value: '–', more: words.notInFile };
  const ratio = percent(now.cache_hit_ratio);
  const wastedShare = percent(shareOf(nanoOf(totals.wasted_usd), nanoOf(totals.cost_usd)));
  return [
    {
      name: isFile ? words.unitPerCall : words.unitPerAccepted,
      value: unit === null ? '–' : money(nanoOf(unit)),
      more: against,
    },
    {
      name: words.cacheSaved,
      ...(now.cache_savings_usd === null || isFile
        ? untold
        : { value: money(nanoOf(now.cache_savings_usd)), more: fill(words.cacheSavedText, { ratio }) }),
    },
    {
      name: words.wasted,
      ...(isFile
        ? untold
        : { value: money(nanoOf(totals.wasted_usd)), more: fill(words.ofCost, { share: wastedShare }) }),
    },
  ];
}
