/** One line of the benchmark: a figure beside the bar it has to meet. Ratios are to the base measured in the same run. */
export type Row = {
  id: string;
  /** What was measured, in words. */
  what: string;
  value: number;
  unit: string;
  bar: Bar;
  ok: boolean;
  /** What the value was compared with, and everything else needed to read it. */
  base: Record<string, number | string>;
};

/** The floor, and the goal beyond it. `at-least`: larger is better. */
export type Bar = { kind: 'at-least' | 'at-most'; bar: number; aim?: number };

/** A measurement: one or more rows from one run. */
export type Benchmark = { name: string; what: string; run: (report: (line: string) => void) => Promise<Row[]> };

/** Makes a row and judges it against its bar; the bar is the floor, the aim does not count. */
export function row(figures: Omit<Row, 'ok'>): Row {
  const { value, bar } = figures;
  const ok = Number.isFinite(value) && (bar.kind === 'at-least' ? value >= bar.bar : value <= bar.bar);
  return { ...figures, value: round(value), ok };
}

/** The middle value; the mean of the two middle ones of an even number. NaN of nothing. */
export function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Nearest-rank percentile: the smallest value with at least `share` of all values at or below it. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Three significant digits, or whole numbers above a thousand: more would claim a precision nobody measured. */
export function round(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}
