import {
  backtest,
  detectAlarms,
  HOUR_SECONDS,
  replayEpisodes,
  syntheticSpend,
  type AnomalyLabel,
  type BacktestScore,
  type Episode,
  type SpendSeries,
} from '@nexus/finops';
import { resolve } from 'node:path';
import { inertJson, inertText } from '../letters/inert-text.ts';
import { table } from '../letters/table.ts';
import type { WatchContext } from './watch-context.ts';
import { readLabelFile, readSeriesFile } from './series-file.ts';

/** What the detector has to reach on spend it was not tuned on. */
const BARS = { f1: 0.9, precision: 0.95, false_per_series_day: 0.005, spike_delay: 1 };
const SYNTHETIC = { series: 60, days: 90 };

/** Prints how well the detector does. Exit status 1 only where generated spend shows that it is below the bars. */
export async function runBacktest(context: WatchContext, source: string): Promise<number> {
  if (source === 'synthetic') return onSynthetic(context);
  const { options, command, words, console } = context;
  const { series, skipped } = await readSeriesFile(resolve(command.workingDirectory, source));
  if (skipped > 0) console.note(`${words.skipped(skipped)}\n`);
  if (options.labels === undefined) return listEpisodes(context, series);
  const labels = await readLabelFile(resolve(command.workingDirectory, options.labels));
  printScore(
    context,
    backtest(series, labels, (each) => detectAlarms(each)),
  );
  return 0;
}

function onSynthetic(context: WatchContext): number {
  const { options, words, console } = context;
  const series: SpendSeries[] = [];
  const labels: AnomalyLabel[] = [];
  for (const seed of options.seeds) {
    const set = syntheticSpend({ seed, ...SYNTHETIC });
    series.push(...set.series);
    labels.push(...set.labels);
  }
  const score = backtest(series, labels, (each) => detectAlarms(each));
  printScore(context, score);
  const missed = missedBars(score);
  if (missed.length > 0) console.note(`${words.barsMissed(missed.join(', '))}\n`);
  return missed.length === 0 ? 0 : 1;
}

function missedBars(score: BacktestScore): string[] {
  const delay = score.kinds['spike']?.median_delay ?? Infinity;
  return [
    ...(score.f1 < BARS.f1 ? [`F1 < ${BARS.f1}`] : []),
    ...(score.precision < BARS.precision ? [`precision < ${BARS.precision}`] : []),
    ...(score.false_per_series_day > BARS.false_per_series_day ? [`false/day > ${BARS.false_per_series_day}`] : []),
    ...(delay > BARS.spike_delay ? [`spike delay > ${BARS.spike_delay} h`] : []),
  ];
}

function printScore({ options, words, console }: WatchContext, score: BacktestScore): void {
  if (options.json) return console.result(inertJson(score));
  const rows = Object.entries(score.kinds).map(([kind, { labels, found, recall, median_delay }]) => [
    inertText(kind),
    String(labels),
    String(found),
    recall.toFixed(3),
    median_delay === null ? '-' : String(median_delay),
  ]);
  const heads = [words.kind, words.labels, words.found, words.recall, words.delay];
  const columns = heads.map((head, index) => ({ head, number: index > 0 }));
  console.result(table(columns, rows, { width: console.width, paint: console.paint }));
  const { precision, recall, f1, false_per_series_day, alarms_per_found } = score;
  console.result(
    `\nF1 ${f1.toFixed(3)}  precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}  ` +
      `${false_per_series_day.toFixed(4)} ${words.perDay}  ${alarms_per_found.toFixed(2)} ${words.alerts}\n` +
      `${words.summary(score.series, score.series_days)}\n`,
  );
}

function listEpisodes({ options, words, console }: WatchContext, series: readonly SpendSeries[]): number {
  const episodes = series
    .flatMap((each) => replayEpisodes(each))
    .sort((one, other) => one.from - other.from || (one.scope < other.scope ? -1 : 1));
  if (options.json) {
    console.result(inertJson({ series: series.length, episodes }));
    return 0;
  }
  if (episodes.length === 0) console.result(`${words.nothingFound}\n`);
  else console.result(table(columnsOf(words), episodes.map(rowOf), { width: console.width, paint: console.paint }));
  return 0;
}

function columnsOf(words: WatchContext['words']) {
  return [
    { head: words.from },
    { head: words.scope, flexible: true },
    { head: words.kind },
    { head: words.hours, number: true },
    { head: words.expected, number: true },
    { head: words.impact, number: true },
  ];
}

function rowOf({ from, last, scope, kind, expected, impact }: Episode): string[] {
  const hours = (last - from) / HOUR_SECONDS + 1;
  const start = new Date(from * 1000).toISOString().slice(0, 16);
  return [`${start}Z`, inertText(scope), kind, String(hours), expected.toFixed(2), impact.toFixed(2)];
}
