/**
 * The detector of anomalies on generated spend that nobody tuned it on, one set for each seed.
 * Usage: node finops-anomalies.ts SERIES DAYS FIRST_SEED LAST_SEED. Prints {@link AnomalyFigures}.
 */
import { backtest, detectAlarms, syntheticSpend } from '@nexus/finops';

/** One set of series. `seconds`: to detect and to score; `generated_s`: to make the set before. */
export type AnomalySet = {
  seed: number;
  seconds: number;
  generated_s: number;
  labels: number;
  found: number;
  false_alarms: number;
  series_days: number;
};
export type AnomalyFigures = { sets: AnomalySet[] };

const [series = 60, days = 90, first = 301, last = 310] = process.argv.slice(2).map(Number);

const sets: AnomalySet[] = [];
for (let seed = first; seed <= last; seed += 1) {
  const started = performance.now();
  const spend = syntheticSpend({ seed, series, days });
  const generated = performance.now();
  const { labels, found, false_alarms, series_days } = backtest(spend.series, spend.labels, detectAlarms);
  const ended = performance.now();
  const times = { seconds: (ended - generated) / 1000, generated_s: (generated - started) / 1000 };
  sets.push({ seed, ...times, labels, found, false_alarms, series_days });
}
process.stdout.write(`${JSON.stringify({ sets } satisfies AnomalyFigures)}\n`);
process.exit(0);
