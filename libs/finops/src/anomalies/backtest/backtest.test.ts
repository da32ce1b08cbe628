import { describe, expect, test } from '@jest/globals';
import { HOUR_SECONDS } from '../spend-series.ts';
import { backtest } from './backtest.ts';
import { detectAlarms } from './detect-alarms.ts';
import type { AnomalyLabel } from './labelled-series.ts';
import { syntheticSpend } from './synthetic-spend.ts';

/** Seeds nobody tuned the detector on; those of the documents are 301 to 310, with 60 series each. */
const heldOut = [311, 312].map((seed) => syntheticSpend({ seed, series: 20, days: 90 }));
const series = heldOut.flatMap((set) => set.series);
const labels = heldOut.flatMap((set) => set.labels);

describe('on synthetic spend that it was not tuned on', () => {
  test('the detector meets the bars', () => {
    const score = backtest(series, labels, detectAlarms);
    expect(score).toMatchObject({ series: 40, labels: 160 });
    expect(score.f1).toBeGreaterThanOrEqual(0.9);
    expect(score.precision).toBeGreaterThanOrEqual(0.95);
    expect(score.false_per_series_day).toBeLessThanOrEqual(0.005);
    expect(score.kinds['spike']?.median_delay).toBeLessThanOrEqual(1);
    expect(score.alarms_per_found).toBeLessThan(1.5);
    for (const kind of ['shift', 'runaway', 'outage']) expect(score.kinds[kind]?.recall).toBeGreaterThan(0.75);
  });

  test('one that always sounds, and one that never does, fail them', () => {
    const always = backtest(series, labels, (each) => each.usd.map(() => true));
    expect(always.recall).toBe(1);
    expect(always.precision).toBeLessThan(0.05);
    expect(always.f1).toBeLessThan(0.1);
    const never = backtest(series, labels, (each) => each.usd.map(() => false));
    expect(never).toMatchObject({ precision: 0, recall: 0, f1: 0, false_alarms: 0 });
  });

  test('a fixed limit of six times the mean of a day is worse', () => {
    const fixed = backtest(series, labels, ({ usd }) =>
      usd.map((value, index) => {
        const day = usd.slice(Math.max(0, index - 24), index);
        return day.length === 24 && value > (6 * day.reduce((sum, each) => sum + each, 0)) / 24;
      }),
    );
    expect(fixed.f1).toBeLessThan(0.8);
  });

  test('spend is the same for the same seed, and other for another', () => {
    expect(syntheticSpend({ seed: 311, series: 2, days: 90 })).toEqual({
      series: heldOut[0]?.series.slice(0, 2),
      labels: heldOut[0]?.labels.slice(0, 8),
    });
    expect(series[0]?.usd).not.toEqual(series[20]?.usd);
    const [sparse] = series.filter((_, index) => index === 3).map(({ usd }) => usd.slice(0, 504));
    const empty = (sparse ?? []).filter((value) => value === 0).length / 504;
    expect(empty).toBeGreaterThan(0.2);
    expect(empty).toBeLessThan(0.4);
  });
});

describe('the score', () => {
  const hours =
    (...indices: number[]) =>
    (each: { usd: readonly number[] }) =>
      each.usd.map((_, i) => indices.includes(i));
  const flat = { name: 'a', first_hour: 0, usd: Array<number>(96).fill(1) };
  const label = (from: number, until: number): AnomalyLabel => {
    return { series: 'a', kind: 'spike', from: from * HOUR_SECONDS, until: until * HOUR_SECONDS };
  };

  test('counts found labels and their delay in buckets', () => {
    const score = backtest([flat], [label(10, 14), label(50, 52)], hours(12));
    expect(score).toMatchObject({ labels: 2, found: 1, recall: 0.5, precision: 1, false_alarms: 0, series_days: 4 });
    expect(score.kinds).toEqual({ spike: { labels: 2, found: 1, recall: 0.5, median_delay: 2 } });
  });

  test('forgives what follows a label at once, and not what comes before or later', () => {
    expect(backtest([flat], [label(10, 14)], hours(12, 14, 15)).false_alarms).toBe(0);
    expect(backtest([flat], [label(10, 14)], hours(9, 12)).false_alarms).toBe(1);
    expect(backtest([flat], [label(10, 14)], hours(12, 16)).false_alarms).toBe(1);
  });

  test('counts a false alarm once for each six hours, and close ones as one', () => {
    const twelve = Array.from({ length: 12 }, (_, index) => 20 + index);
    expect(backtest([flat], [], hours(...twelve)).false_alarms).toBe(2);
    expect(backtest([flat], [], hours(...twelve, 32)).false_alarms).toBe(3);
    expect(backtest([flat], [], hours(20, 22)).false_alarms).toBe(1);
    expect(backtest([flat], [], hours(20, 30)).false_alarms).toBe(2);
  });

  test('tells how often people would be told about one anomaly', () => {
    expect(backtest([flat], [label(10, 40)], hours(12, 20, 30)).alarms_per_found).toBe(3);
    expect(backtest([flat], [], hours()).alarms_per_found).toBe(0);
  });

  test('ignores labels of series that are not there', () => {
    expect(backtest([flat], [{ ...label(1, 2), series: 'b' }], hours()).labels).toBe(0);
  });
});
