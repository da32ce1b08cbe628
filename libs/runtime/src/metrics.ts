import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from './logger.ts';

/** How many different values a label may take before further ones are counted as `other`. */
export type LabelBound = { max: number };

/** Bounds a label: values beyond the first `max` different ones become `other`, so that no client can grow the metrics. */
export function bounded(max: number): LabelBound {
  return { max };
}

type Labels = Readonly<Record<string, LabelBound>>;

/** A metric as data. Names start with `nexus_`, units are base units, counters end in `_total`. */
export type MetricDefinition<LabelSet extends Labels = Labels> = {
  kind: 'counter' | 'gauge' | 'histogram';
  name: string;
  help: string;
  labels: LabelSet;
  /** Upper bounds of a histogram's buckets, ascending, in the metric's unit. */
  buckets?: readonly number[];
};

type LabelValues<LabelSet extends Labels> = { readonly [Name in keyof LabelSet]: string };

/** Adds to a counter; 1 when no amount is given. */
export type CounterHandle<LabelSet extends Labels> = { increment(labels: LabelValues<LabelSet>, by?: number): void };
/** Sets a gauge. */
export type GaugeHandle<LabelSet extends Labels> = { set(labels: LabelValues<LabelSet>, value: number): void };
/** Records one value of a histogram. */
export type HistogramHandle<LabelSet extends Labels> = { observe(labels: LabelValues<LabelSet>, value: number): void };

type HandleOf<Definition> = Definition extends { kind: infer Kind; labels: infer LabelSet extends Labels }
  ? Kind extends 'counter'
    ? CounterHandle<LabelSet>
    : Kind extends 'gauge'
      ? GaugeHandle<LabelSet>
      : HistogramHandle<LabelSet>
  : never;

/** A process's metrics: one handle for each definition, by the same key. No handle ever throws. */
export type Metrics<Definitions extends Readonly<Record<string, MetricDefinition>>> = {
  handles: { readonly [Key in keyof Definitions]: HandleOf<Definitions[Key]> };
  /** The text of a scrape, every declared name with HELP and TYPE. Never rejects. */
  expose: () => Promise<string>;
  contentType: string;
  /** Runs before each scrape, to set gauges from state that several processes share; a failure is logged, not thrown. */
  beforeScrape: (refresh: () => Promise<void>) => void;
};

/** Declares a metric; keeps its kind and label names in the type. */
export function defineMetric<const Definition extends MetricDefinition>(definition: Definition): Definition {
  return definition;
}

const OTHER = 'other';

type KnownValues = { name: string; max: number; values: Set<string> };

function boundLabels(bounds: Labels): (values: Readonly<Record<string, string>>) => Record<string, string> {
  const known = Object.entries(bounds).map(([name, { max }]): KnownValues => ({ name, max, values: new Set() }));
  return (values) => {
    const kept: Record<string, string> = {};
    for (const label of known) kept[label.name] = keep(label, String(values[label.name] ?? ''));
    return kept;
  };
}

function keep({ max, values }: KnownValues, value: string): string {
  if (values.has(value)) return value;
  if (values.size >= max) return OTHER;
  values.add(value);
  return value;
}

type Act = (labels: Readonly<Record<string, string>>, value?: number) => void;
type AnyHandle = Record<string, Act>;

/** Makes of an action one that reports what it throws. */
type Guard = (name: string, act: Act) => Act;

function makeHandle(definition: MetricDefinition, registry: Registry, guard: Guard): AnyHandle {
  const { kind, name, help } = definition;
  const options = { name, help, labelNames: Object.keys(definition.labels), registers: [registry] };
  const bound = boundLabels(definition.labels);
  if (kind === 'counter') {
    const counter = new Counter(options);
    return { increment: guard(name, (labels, by = 1) => counter.inc(bound(labels), by)) };
  }
  if (kind === 'gauge') {
    const gauge = new Gauge(options);
    return { set: guard(name, (labels, value = 0) => gauge.set(bound(labels), value)) };
  }
  const histogram = new Histogram({ ...options, ...(definition.buckets ? { buckets: [...definition.buckets] } : {}) });
  return { observe: guard(name, (labels, value = 0) => histogram.observe(bound(labels), value)) };
}

export type MetricsOptions = {
  /** Told of metrics that fail. */
  logger?: Logger;
  /** Adds prom-client's metrics of the process: memory, CPU, event loop lag, garbage collection. */
  processMetrics?: boolean;
};

/**
 * Registers the metrics of a process in a registry of their own. Wrong definitions (a name twice, an invalid name) throw
 * here, at the start; from then on a failing metric costs a log line and nothing else.
 */
export function registerMetrics<const Definitions extends Readonly<Record<string, MetricDefinition>>>(
  definitions: Definitions,
  options: MetricsOptions = {},
): Metrics<Definitions> {
  const registry = new Registry();
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry });
  const refreshers: (() => Promise<void>)[] = [];
  function report(metric: string, error: unknown): void {
    options.logger?.error('A metric failed', { event: 'METRIC_FAILED', metric, error });
  }
  function guard(name: string, act: Act): Act {
    return (labels, value) => {
      try {
        act(labels, value);
      } catch (error) {
        report(name, error);
      }
    };
  }
  const handles = Object.fromEntries(
    Object.entries(definitions).map(([key, definition]) => [key, makeHandle(definition, registry, guard)]),
  );
  async function refreshSafely(refresh: () => Promise<void>): Promise<void> {
    try {
      await refresh();
    } catch (error) {
      report('beforeScrape', error);
    }
  }
  async function expose(): Promise<string> {
    await Promise.all(refreshers.map(refreshSafely));
    try {
      return await registry.metrics();
    } catch (error) {
      report('scrape', error);
      return '';
    }
  }
  return {
    handles: handles as Metrics<Definitions>['handles'],
    expose,
    contentType: registry.contentType,
    beforeScrape: (refresh) => void refreshers.push(refresh),
  };
}
