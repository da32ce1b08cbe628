import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import {
  buildReport,
  type Calendar,
  comparedWindow,
  createCalendar,
  createPriceOf,
  historyWindow,
  isDay,
  parsePricing,
  renderCsv,
  renderFocusCsv,
  renderHtml,
  renderJson,
  renderMarkdown,
  type ReportInput,
} from '@nexus/finops';
import type { CommandContext } from '../command.ts';
import { failureWithCode } from '../failure-with-code.ts';
import { inertJson } from '../letters/inert-text.ts';
import { chooseLanguage, type Language } from '../letters/language.ts';
import { stackSettings } from '../stack/stack-settings.ts';
import { costRecordFile } from './cost-record-file.ts';
import { ledgerInRedis } from './ledger-in-redis.ts';
import { outcomeText } from './outcome-text.ts';
import { type ReportFile, reportFiles, type ReportFormat, writeReportFile } from './report-files.ts';
import { type ReportOptions, reportOptions } from './report-options.ts';
import { reportWindow } from './report-window.ts';
import type { SpendSource } from './spend-source.ts';

const STANDARD_NAME = 'logs/finops_report.md';

/** What a run takes from outside: `now` in ms since 1970, and where results and notes go. */
export interface ReportHost {
  readonly now: () => number;
  readonly result: (text: string) => void;
  readonly note: (text: string) => void;
}

/** Writes the files and tells where they are. Resolves to exit status 0; what could not be done is thrown: status 2. */
export async function runFinopsReport(
  words: readonly string[],
  context: CommandContext,
  host: ReportHost,
): Promise<number> {
  const options = reportOptions(words);
  const { environment, root, workingDirectory } = context;
  const { dataDirectory } = stackSettings(environment, root);
  const files = reportFiles({ ...options, standard: join(dataDirectory, STANDARD_NAME), workingDirectory });
  const toStdout = files.some(({ path }) => path === '-');
  if (toStdout && (options.json || files.length > 1)) {
    throw failureWithCode('OPTION_INVALID', '--out - writes one report to stdout: leave --json and other files out.');
  }
  const input = await collect(options, { context, host, dataDirectory });
  const report = buildReport(input);
  const language = reportLanguage(options, context);
  const texts: Record<ReportFormat, () => string> = {
    md: () => renderMarkdown(report, { language }),
    json: () => renderJson(report),
    csv: () => renderCsv(report, options),
    focus: () => renderFocusCsv(input.cells, { ...input, priceOf: pricesOf(context), bom: options.bom }),
    html: () => renderHtml(report, { language }),
  };
  const written = files.map((file) => ({ ...file, bytes: write(file, texts[file.format](), host) }));
  if (options.json) host.result(inertJson({ ok: true, files: written, report }));
  else if (!toStdout) host.result(outcomeText(report, { files, language: noteLanguage(options, context) }));
  return 0;
}

type Surroundings = { context: CommandContext; host: ReportHost; dataDirectory: string };

async function collect(options: ReportOptions, surroundings: Surroundings): Promise<ReportInput> {
  const zone = surroundings.context.environment['FINOPS_TZ']?.trim() || 'UTC';
  const calendar = calendarOf(zone);
  const now = surroundings.host.now();
  const asked = asOfOption(options.asOf, calendar);
  const window = reportWindow(options, calendar.dayOf(asked === undefined ? now : asked - 1));
  const asOf = asked ?? Math.min(now, calendar.endOf(window.to));
  const { compare, filters } = options;
  const previous = compare === 'none' ? undefined : { how: compare, ...comparedWindow(window, compare) };
  const history = historyWindow(asOf, calendar);
  const ranges = [window, history, ...(previous === undefined ? [] : [previous])];
  const { cells, budgets, quality } = await sourceOf(options, surroundings)({ window, ranges, asOf, zone });
  return {
    window: { ...window, zone },
    as_of: asOf,
    filters,
    // A report looks at the days of each period itself.
    cells: cells.filter(({ day }) => day >= window.from && day <= window.to),
    history: cells,
    budgets,
    quality,
    ...(previous && { previous: { ...previous, cells } }),
  };
}

function sourceOf(
  { ledger, skipCorrupt, reconcile }: ReportOptions,
  { context, host, dataDirectory }: Surroundings,
): SpendSource {
  const isRedis = ledger === 'redis' || /^rediss?:\/\//.test(ledger);
  if (!isRedis) return costRecordFile(ledgerPath(ledger, { context, dataDirectory }), { skipCorrupt });
  const { environment } = context;
  const named = ledger === 'redis' ? environment : { ...environment, REDIS_URL: ledger };
  return ledgerInRedis({ environment: named, dataDirectory, reconcile, note: host.note });
}

/** Where the user typed it; else in the data directory, where the exports are. */
function ledgerPath(
  path: string,
  { context, dataDirectory }: { context: CommandContext; dataDirectory: string },
): string {
  const here = resolve(context.workingDirectory, path);
  const exported = join(dataDirectory, path);
  return isAbsolute(path) || existsSync(here) || !existsSync(exported) ? here : exported;
}

function write({ path }: ReportFile, text: string, host: ReportHost): number {
  if (path === '-') host.result(text);
  else writeReportFile(path, text);
  return Buffer.byteLength(text);
}

function calendarOf(zone: string): Calendar {
  try {
    return createCalendar(zone);
  } catch {
    const advice = 'Write the IANA name of a time zone, such as Asia/Seoul.';
    throw failureWithCode('SETTINGS_INVALID', `FINOPS_TZ ${JSON.stringify(zone)} is no time zone. ${advice}`);
  }
}

/** A day stands for its end. */
function asOfOption(written: string | undefined, calendar: Calendar): number | undefined {
  if (written === undefined) return undefined;
  if (isDay(written)) return calendar.endOf(written);
  const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(written) ? Date.parse(written) : Number.NaN;
  if (instant > 0) return instant;
  const examples = '2026-11-30 or 2026-11-30T09:00:00Z';
  throw failureWithCode('OPTION_INVALID', `--as-of must be like ${examples}, not ${JSON.stringify(written)}.`);
}

/** Prices split a cell's cost among its meters, as the supervisor priced it. */
function pricesOf({ environment }: CommandContext): ReturnType<typeof createPriceOf> {
  const written = environment['LLM_PRICING_JSON']?.trim() ?? '';
  const parsed = written === '' ? { ok: true as const, pricing: {} } : parsePricing(written);
  if (parsed.ok) return createPriceOf(parsed.pricing);
  throw failureWithCode('SETTINGS_INVALID', `LLM_PRICING_JSON ${parsed.why}. Correct it, or unset it.`);
}

/** A report does not depend on the machine it is made on: only NEXUS_LANG, which is Nexus's own. */
function reportLanguage({ lang }: ReportOptions, { environment }: CommandContext): Language {
  return chooseLanguage(lang, { NEXUS_LANG: environment['NEXUS_LANG'] });
}

function noteLanguage({ lang }: ReportOptions, { environment }: CommandContext): Language {
  return chooseLanguage(lang, environment);
}
