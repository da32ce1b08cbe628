/**
 * A spend report of a window from the rollups, in a process that has done nothing before: reading, summing up, and writing
 * Markdown, HTML, CSV and JSON.
 * Usage: node finops-report.ts REDIS_URL FROM TO AS_OF. Prints {@link ReportFigures}.
 */
import {
  buildReport,
  comparedWindow,
  createCalendar,
  historyWindow,
  renderCsv,
  renderHtml,
  renderJson,
  renderMarkdown,
} from '@nexus/finops';
import { readSpend } from '@nexus/finops-ledger';
import { connectForCalls, openBenchLedger } from './finops-subject.ts';

/** `rows`: the calls that the Markdown tells of. `cells`: those that were read. `bytes`: of all four texts. */
export type ReportFigures = {
  seconds: number;
  read_ms: number;
  build_ms: number;
  render_ms: number;
  rows: number;
  cells: number;
  bytes: number;
};

const [url = '', from = '', to = '', at = ''] = process.argv.slice(2);
const redis = connectForCalls(url);
const ledger = openBenchLedger(redis);
await redis.ping();

const started = performance.now();
const calendar = createCalendar('UTC');
const asOf = Number(at);
const window = { from, to };
const before = comparedWindow(window, 'prev');
const facts = await readSpend(ledger, { window, ranges: [window, before, historyWindow(asOf, calendar)], asOf });
const read = performance.now();
const report = buildReport({
  ...facts,
  window: { ...window, zone: 'UTC' },
  as_of: asOf,
  filters: {},
  cells: facts.cells.filter(({ day }) => day >= from && day <= to),
  history: facts.cells,
  previous: { how: 'prev', ...before, cells: facts.cells },
});
const built = performance.now();
const texts = [
  renderMarkdown(report, { language: 'en' }),
  renderHtml(report, { language: 'en' }),
  renderCsv(report, { bom: false }),
  renderJson(report),
];
const rendered = performance.now();

const figures: ReportFigures = {
  seconds: (rendered - started) / 1000,
  read_ms: read - started,
  build_ms: built - read,
  render_ms: rendered - built,
  rows: Number(/^- Rows: ([\d,]+)$/m.exec(texts[0] ?? '')?.[1]?.replaceAll(',', '')),
  cells: facts.cells.length,
  bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
