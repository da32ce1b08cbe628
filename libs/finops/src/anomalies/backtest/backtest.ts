import { HOUR_SECONDS } from '../spend-series.ts';
import type { AnomalyLabel, Detector, SpendSeries } from './labelled-series.ts';

/** How many labels of one kind were found, and the median number of buckets until then; null where none was. */
export type KindScore = { labels: number; found: number; recall: number; median_delay: number | null };

/**
 * How well a detector does. A label is found when an alarm lies within it. Alarms outside of labels are false: a stretch
 * of them counts once for each six hours it lasts, so that a detector that always sounds looks as bad as it is.
 * `precision` is found ÷ (found + false). Shares are from 0 to 1; `false_per_series_day` is over all days.
 */
export type BacktestScore = {
  series: number;
  series_days: number;
  labels: number;
  found: number;
  false_alarms: number;
  precision: number;
  recall: number;
  f1: number;
  false_per_series_day: number;
  /** Separate alarms within found labels ÷ found labels: 1 = people are told once about each. */
  alarms_per_found: number;
  kinds: Record<string, KindScore>;
};

/** A false alarm that does not stop is one more each so many hours. */
const FALSE_ALARM_HOURS = 6;
/** An alarm this shortly after a label still belongs to it; and switches this close together are one alarm. */
const SLACK_BUCKETS = 2;

type Span = { from: number; until: number };

/** Runs a detector over series and compares its alarms with the labels. Labels of series that are not there are ignored. */
export function backtest(
  series: readonly SpendSeries[],
  labels: readonly AnomalyLabel[],
  detector: Detector,
): BacktestScore {
  const kinds = new Map<string, { labels: number; delays: number[] }>();
  const total = { labels: 0, found: 0, falseAlarms: 0, alarmsInFound: 0, buckets: 0 };
  for (const each of series) {
    const own = labels.filter((label) => label.series === each.name).map((label) => spanOf(label, each));
    const switches = detector(each);
    const alarms = spansOf(switches, SLACK_BUCKETS);
    total.buckets += each.usd.length;
    for (const label of own) {
      const kind = kinds.get(label.kind) ?? { labels: 0, delays: [] };
      kinds.set(label.kind, kind);
      kind.labels += 1;
      total.labels += 1;
      const first = switches.indexOf(true, label.from);
      if (first === -1 || first >= label.until) continue;
      kind.delays.push(first - label.from);
      total.found += 1;
      total.alarmsInFound += alarms.filter((alarm) => overlap(alarm, label)).length;
    }
    const outside = switches.map((on, index) => on && !own.some((label) => covers(label, index)));
    for (const { from, until } of spansOf(outside, SLACK_BUCKETS)) {
      total.falseAlarms += Math.ceil((until - from) / FALSE_ALARM_HOURS);
    }
  }
  return scoreOf(series.length, total, kinds);
}

function scoreOf(
  count: number,
  total: { labels: number; found: number; falseAlarms: number; alarmsInFound: number; buckets: number },
  kinds: ReadonlyMap<string, { labels: number; delays: number[] }>,
): BacktestScore {
  const { labels, found, falseAlarms } = total;
  const precision = share(found, found + falseAlarms);
  const recall = share(found, labels);
  const days = total.buckets / 24;
  return {
    series: count,
    series_days: days,
    labels,
    found,
    false_alarms: falseAlarms,
    precision,
    recall,
    f1: share(2 * precision * recall, precision + recall),
    false_per_series_day: share(falseAlarms, days),
    alarms_per_found: share(total.alarmsInFound, found),
    kinds: Object.fromEntries([...kinds].map(([kind, { labels: of, delays }]) => [kind, kindScore(of, delays)])),
  };
}

function kindScore(labels: number, delays: number[]): KindScore {
  const sorted = delays.toSorted((one, other) => one - other);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
  return { labels, found: delays.length, recall: share(delays.length, labels), median_delay: median };
}

function spanOf({ from, until, kind }: AnomalyLabel, { first_hour }: SpendSeries): Span & { kind: string } {
  return {
    kind,
    from: Math.max(0, Math.floor((from - first_hour) / HOUR_SECONDS)),
    until: Math.ceil((until - first_hour) / HOUR_SECONDS),
  };
}

/** Stretches of switches that are on, those less than `slack` + 1 apart joined. */
function spansOf(switches: readonly boolean[], slack: number): Span[] {
  const spans: Span[] = [];
  for (const [index, on] of switches.entries()) {
    if (!on) continue;
    const last = spans.at(-1);
    if (last !== undefined && index - last.until < slack) last.until = index + 1;
    else spans.push({ from: index, until: index + 1 });
  }
  return spans;
}

function covers({ from, until }: Span, index: number): boolean {
  return index >= from && index < until + SLACK_BUCKETS;
}

function overlap(one: Span, other: Span): boolean {
  return one.from < other.until && other.from < one.until;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
