import { nanoOf } from '../amount.ts';
import type { Breakdown, ReportModel } from '../report-model.ts';
import {
  compactCount,
  decimalUsd,
  minute,
  percent,
  type ReportLanguage,
  signedMoney,
  signedPercent,
} from './format.ts';
import { markdownText } from './inert-text.ts';
import {
  anomaliesSection,
  budgetsSection,
  daysSection,
  forecastSection,
  moversSection,
  qualitySection,
  unitCostsSection,
  wasteSection,
} from './markdown-sections.ts';
import { markdownTable } from './markdown-table.ts';
import { filterTexts, largestOf } from './report-rows.ts';
import { fill, type ReportWords, wordsOf } from './words.ts';

/** How many rows the tables of the head show: contract 13. */
const TOP = 10;
const TOP_PROJECTS = 20;

/**
 * The report as Markdown, for a repository, an issue or a chat. The parts that other tools read (title, Window, Rows, Total
 * cost, Approx token rows, Top providers, Top models, Top purposes, Team/Project) have fixed names in English.
 */
export function renderMarkdown(report: ReportModel, { language = 'en' }: { language?: ReportLanguage } = {}): string {
  const words = wordsOf(language);
  const isEmpty = report.totals.calls === 0 && report.totals.dedupe_hits === 0;
  const tables = isEmpty ? [] : [...topSections(report, { words, language }), daysSection(report, words)];
  const sections = [
    head(report, words),
    ...(isEmpty ? [words.empty] : []),
    comparedSection(report, words),
    budgetsSection(report, words),
    ...tables,
    moversSection(report, words),
    ...(isEmpty ? [] : [unitCostsSection(report, words), wasteSection(report, words)]),
    forecastSection(report, { words, language }),
    anomaliesSection(report, words),
    qualitySection(report, words),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function head({ window, totals, quality, as_of, run_rate, filters }: ReportModel, words: ReportWords): string {
  const { from, to, zone } = window;
  const source = quality.source === 'file' ? words.sourceFile : words.sourceLedger;
  const pace =
    run_rate &&
    fill(words.runRateText, {
      day: `$${decimalUsd(nanoOf(run_rate.per_day_usd), 4)}`,
      month: `$${decimalUsd(nanoOf(run_rate.per_month_usd), 4)}`,
      days: run_rate.complete_days,
    });
  return [
    `# ${words.title}`,
    '',
    `- ${words.window}: ${fill(words.windowText, { from, to, zone })}`,
    ...filterTexts(filters, words).map(({ name, texts }) => {
      return `- ${words.onlyFor} ${name}: ${texts.map((text) => markdownText(text)).join(', ')}`;
    }),
    `- ${words.rows}: ${totals.calls}`,
    `- ${words.totalCost}: $${decimalUsd(nanoOf(totals.cost_usd), 4)}`,
    `- ${words.approxRows}: ${totals.approx_calls} (${percent(quality.approx_share ?? 0, 2)})`,
    `- ${words.runRate}: ${pace ?? words.noRunRate}`,
    `- ${words.asOf}: ${minute(as_of, zone)}, ${source}`,
  ].join('\n');
}

function comparedSection({ compared, totals }: ReportModel, words: ReportWords): string {
  if (compared === null) return '';
  const { how, from, to, days, movement, change } = compared;
  const beside = largestOf([movement]);
  const delta = `${signedMoney(nanoOf(movement.delta_usd), beside)} (${signedPercent(change)})`;
  return [
    `## ${how === 'yoy' ? words.comparedYoy : words.comparedPrev}`,
    '',
    fill(words.comparedText, { from, to, days }),
    '',
    markdownTable(
      [words.before, words.after, words.change, words.volume, words.priceMix].map((name) => ({
        head: name,
        number: true,
      })),
      [
        [
          `$${decimalUsd(nanoOf(movement.before_usd), 4)}`,
          `$${decimalUsd(nanoOf(totals.cost_usd), 4)}`,
          delta,
          signedMoney(nanoOf(movement.volume_usd), beside),
          signedMoney(nanoOf(movement.price_mix_usd), beside),
        ],
      ],
    ),
  ].join('\n');
}

type Told = { words: ReportWords; language: ReportLanguage };

function topSections({ providers, models, purposes, projects }: ReportModel, told: Told): string[] {
  const { words } = told;
  const section = (title: string, table: string): string => [`## ${title}`, '', table].join('\n');
  return [
    section(words.topProviders, topTable(providers, { ...told, name: words.provider, most: TOP })),
    section(words.topModels, topTable(models, { ...told, name: words.model, most: TOP })),
    section(words.topPurposes, topTable(purposes, { ...told, name: words.purpose, most: TOP })),
    section(words.teamProject, topTable(projects, { ...told, name: words.teamProject, most: TOP_PROJECTS })),
  ];
}

function topTable(
  { rows, rest }: Breakdown,
  { words, language, name, most }: Told & { name: string; most: number },
): string {
  const listed = rows
    .slice(0, most)
    .map((row) => [
      markdownText(row.name),
      decimalUsd(nanoOf(row.cost_usd), 4),
      percent(row.share),
      String(row.calls),
      `${row.approx_calls} (${percent(row.approx_share ?? 0)})`,
      compactCount(row.tokens.total, language),
    ]);
  const left = rows.slice(most);
  const names = left.length + (rest?.names ?? 0);
  const cost = left.reduce((sum, { cost_usd }) => sum + nanoOf(cost_usd), nanoOf(rest?.cost_usd ?? '0'));
  const calls = left.reduce((sum, row) => sum + row.calls, rest?.calls ?? 0);
  const others = [fill(words.others, { count: names }), decimalUsd(cost, 4), '', String(calls), '', ''];
  return markdownTable(
    [
      { head: name },
      { head: words.costUsd, number: true },
      { head: words.share, number: true },
      { head: words.rows, number: true },
      { head: words.approx, number: true },
      { head: words.tokens, number: true },
    ],
    names === 0 ? listed : [...listed, others],
  );
}
