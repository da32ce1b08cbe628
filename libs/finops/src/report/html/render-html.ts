import { longDay, minute, type ReportLanguage } from '../render/format.ts';
import { htmlText } from '../render/inert-text.ts';
import { filterTexts } from '../render/report-rows.ts';
import { fill, type ReportWords, wordsOf } from '../render/words.ts';
import type { ReportModel } from '../report-model.ts';
import { breakdownSection } from './breakdown-section.ts';
import { budgetSection } from './budget-section.ts';
import {
  anomaliesSection,
  daysSection,
  forecastSection,
  qualitySection,
  unitSection,
  wasteSection,
} from './fact-sections.ts';
import { moversSection } from './movers-section.ts';
import { providerColours } from './palette.ts';
import { STYLE } from './style.ts';
import { headline, tiles } from './tiles.ts';

/** Scripts never run here, and nothing is loaded: a report may be mailed and opened anywhere. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The report as one HTML file with charts in it: no script, nothing from elsewhere, light and dark, for screen and A4. */
export function renderHtml(report: ReportModel, { language = 'en' }: { language?: ReportLanguage } = {}): string {
  const words = wordsOf(language);
  const told = { words, language };
  const isEmpty = report.totals.calls === 0 && report.totals.dedupe_hits === 0;
  const { from, to } = report.window;
  const body = [
    header(report, told),
    banner(report, words),
    isEmpty ? `<section class="empty">${words.empty}</section>` : '',
    isEmpty ? '' : `<p class="headline">${headline(report, told)}</p>`,
    isEmpty ? '' : tiles(report, told),
    budgetSection(report, words),
    isEmpty ? '' : daysSection(report, told),
    forecastSection(report, told),
    isEmpty ? '' : breakdowns(report, told),
    moversSection(report, words),
    isEmpty ? '' : `<div class="pair">${unitSection(report, told)}${wasteSection(report, told)}</div>`,
    anomaliesSection(report, told),
    qualitySection(report, told),
    `<footer>${words.foot}</footer>`,
  ];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="robots" content="noindex">
<title>${words.title} ${from} – ${to}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body.filter((part) => part !== '').join('\n')}
</main>
</body>
</html>
`;
}

type Told = { words: ReportWords; language: ReportLanguage };

function header({ window, as_of, quality, filters }: ReportModel, { words, language }: Told): string {
  const days = fill(words.days, { days: window.days });
  const span = `${longDay(window.from, language)} – ${longDay(window.to, language)}`;
  const source = quality.source === 'file' ? words.sourceFile : words.sourceLedger;
  const only = filterTexts(filters, words).map(({ name, texts }) => {
    return `<p>${words.onlyFor} ${name}: <b>${texts.map((text) => htmlText(text)).join(', ')}</b></p>`;
  });
  return `<header>
<div><h1>${words.title}</h1><p class="window">${span}</p>${only.join('')}</div>
<p class="meta">${days} · ${source}<br>${words.asOf} ${htmlText(minute(as_of, window.zone))}</p>
</header>`;
}

/** Nobody should read numbers that do not add up without being told. */
function banner({ quality }: ReportModel, words: ReportWords): string {
  const differences = quality.reconciled?.differences ?? 0;
  const lines = [
    ...(differences === 0
      ? []
      : [`${words.qualityReconcile}: ${fill(words.reconcileDifferent, { count: differences })}`]),
    ...(quality.skipped_lines === 0 ? [] : [`${words.qualitySkipped}: ${quality.skipped_lines}`]),
  ];
  return lines.length === 0 ? '' : `<p class="banner" role="note">${lines.join('<br>')}</p>`;
}

const TOP = 10;
const TOP_PROJECTS = 20;

function breakdowns(report: ReportModel, told: Told): string {
  const { words } = told;
  const { providers, models, purposes, projects } = report;
  const colours = providerColours(providers.rows.map(({ name }) => name));
  const common = { ...told, compared: report.compared !== null };
  const dot = (name: string): string => colours.get(name) ?? 'var(--series-rest)';
  const project = { ...common, title: words.teamProject, name: words.teamProject, most: TOP_PROJECTS };
  const model = {
    ...common,
    ...{ title: words.topModels, name: words.model, most: TOP },
    colourOf: ({ providers: [first = ''] }: { providers: string[] }) => dot(first),
  };
  const provider = {
    ...common,
    ...{ title: words.topProviders, name: words.provider, most: TOP },
    colourOf: ({ name }: { name: string }) => dot(name),
  };
  const purpose = { ...common, title: words.topPurposes, name: words.purpose, most: TOP };
  return [
    `<div class="pair">${breakdownSection(projects, project)}${breakdownSection(models, model)}</div>`,
    `<div class="pair">${breakdownSection(providers, provider)}${breakdownSection(purposes, purpose)}</div>`,
  ].join('\n');
}
