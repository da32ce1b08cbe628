import type { AnomalySet } from './finops-anomalies.ts';

/** Shares from 0 to 1. `falsePerSeriesDay`: false alarms over all days of all series. */
export type SetsScore = { precision: number; recall: number; f1: number; falsePerSeriesDay: number };

/** The score over all labels and alarms of these sets together, so that a set counts by its size. NaN of nothing. */
export function scoreOf(sets: readonly AnomalySet[]): SetsScore {
  const sum = (name: 'labels' | 'found' | 'false_alarms' | 'series_days') =>
    sets.reduce((all, set) => all + set[name], 0);
  const found = sum('found');
  const precision = found / (found + sum('false_alarms'));
  const recall = found / sum('labels');
  const f1 = (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, falsePerSeriesDay: sum('false_alarms') / sum('series_days') };
}
