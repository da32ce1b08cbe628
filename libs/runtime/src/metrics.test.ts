import { describe, expect, test } from '@jest/globals';
import { createLogger } from './logger.ts';
import { bounded, defineMetric, registerMetrics } from './metrics.ts';

const definitions = {
  created: defineMetric({
    kind: 'counter',
    name: 'nexus_task_create_total',
    help: 'Tasks created',
    labels: { task_type: bounded(2) },
  }),
  parked: defineMetric({
    kind: 'gauge',
    name: 'nexus_parked_tasks',
    help: 'Parked tasks',
    labels: { park: bounded(3) },
  }),
  duration: defineMetric({
    kind: 'histogram',
    name: 'nexus_task_duration_seconds',
    help: 'Duration of tasks',
    labels: { task_type: bounded(2) },
    buckets: [0.1, 1],
  }),
};

function withLog() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const logger = createLogger({ level: 'INFO', name: 'test', write });
  return { metrics: registerMetrics(definitions, { logger }), lines };
}

describe('metrics', () => {
  test('have every declared name with HELP and TYPE before anything happened', async () => {
    const text = await withLog().metrics.expose();
    for (const { name, kind, help } of Object.values(definitions)) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`);
    }
  });

  test('count, set and observe', async () => {
    const { metrics } = withLog();
    metrics.handles.created.increment({ task_type: 'a' });
    metrics.handles.created.increment({ task_type: 'a' }, 4);
    metrics.handles.parked.set({ park: 'dlq' }, 0);
    metrics.handles.duration.observe({ task_type: 'a' }, 0.5);
    const text = await metrics.expose();
    expect(text).toContain('nexus_task_create_total{task_type="a"} 5');
    expect(text).toContain('nexus_parked_tasks{park="dlq"} 0');
    expect(text).toContain('nexus_task_duration_seconds_bucket{le="1",task_type="a"} 1');
    expect(text).toContain('nexus_task_duration_seconds_sum{task_type="a"} 0.5');
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  test('no client can grow them: values beyond the bound become other, known ones stay', async () => {
    const { metrics } = withLog();
    for (let index = 0; index < 1000; index += 1) metrics.handles.created.increment({ task_type: `t${index}` });
    metrics.handles.created.increment({ task_type: 't1' });
    const lines = (await metrics.expose()).split('\n').filter((line) => line.startsWith('nexus_task_create_total{'));
    expect(lines).toEqual([
      'nexus_task_create_total{task_type="t0"} 1',
      'nexus_task_create_total{task_type="t1"} 2',
      'nexus_task_create_total{task_type="other"} 998',
    ]);
  });

  test('a failing metric never reaches its caller and is seen in the log', async () => {
    const { metrics, lines } = withLog();
    expect(() => metrics.handles.created.increment({ task_type: 'a' }, -1)).not.toThrow();
    expect(() => metrics.handles.duration.observe({ task_type: 'a' }, 'x' as unknown as number)).not.toThrow();
    expect(() => metrics.handles.created.increment(undefined as unknown as { task_type: string })).not.toThrow();
    metrics.beforeScrape(() => Promise.reject(new Error('Redis is away')));
    metrics.beforeScrape(() => {
      throw new Error('at once');
    });
    expect(await metrics.expose()).toContain('nexus_parked_tasks');
    expect(lines.map((line) => [line['event'], line['metric']])).toEqual([
      ['METRIC_FAILED', 'nexus_task_create_total'],
      ['METRIC_FAILED', 'nexus_task_duration_seconds'],
      ['METRIC_FAILED', 'nexus_task_create_total'],
      ['METRIC_FAILED', 'beforeScrape'],
      ['METRIC_FAILED', 'beforeScrape'],
    ]);
  });

  test('gauges of shared state are set before each scrape', async () => {
    const { metrics } = withLog();
    let parked = 0;
    metrics.beforeScrape(async () => metrics.handles.parked.set({ park: 'hold' }, ++parked));
    await metrics.expose();
    expect(await metrics.expose()).toContain('nexus_parked_tasks{park="hold"} 2');
  });

  test('of the process itself are there when asked for', async () => {
    const metrics = registerMetrics({}, { processMetrics: true });
    expect(await metrics.expose()).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(await registerMetrics({}).expose()).not.toContain('process_');
  });

  test('two registries of one process do not meet; a name twice or badly spelt fails at the start', async () => {
    const [one, other] = [withLog().metrics, withLog().metrics];
    one.handles.created.increment({ task_type: 'a' });
    expect(await other.expose()).not.toContain('task_type="a"');
    const same = defineMetric({ kind: 'counter', name: 'nexus_x_total', help: 'x', labels: {} });
    expect(() => registerMetrics({ a: same, b: same })).toThrow(/already been registered/);
    const bad = defineMetric({ kind: 'counter', name: 'nexus x', help: 'x', labels: {} });
    expect(() => registerMetrics({ bad })).toThrow(/[Ii]nvalid metric name/);
  });
});
