import { startTestRedis } from '@nexus/local-redis';
import { runForJson } from '../child.ts';
import { type Benchmark, median, row } from '../row.ts';

type Cpu = { node_us: number; redis_us: number; total_us: number; tasks_per_second: number };
type Latency = { p50_ms: number; p99_ms: number; count: number };

const ROUNDS = 3;
const TASKS = 10_000;

/** CPU time per task through enqueue and consume with status, event and index, against bare BullMQ add and process. */
export const queueCpu: Benchmark = {
  name: 'queue-cpu',
  what: 'CPU per task through the queue, against bare BullMQ',
  async run(report) {
    const redis = await startTestRedis();
    const measured: { ours: Cpu; bare: Cpu }[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      report(`queue-cpu round ${round}/${ROUNDS}`);
      const measure = (kind: string) =>
        runForJson<Cpu>('tools/bench/src/processes/queue-cpu.ts', [kind, redis.url, String(TASKS)]);
      measured.push({ bare: await measure('bare'), ours: await measure('ours') });
    }
    await redis.stop();
    const middle = (pick: (cpu: Cpu) => number, kind: 'ours' | 'bare') =>
      median(measured.map((each) => pick(each[kind])));
    return [
      row({
        id: 'queue.cpu',
        what: 'CPU time per task, enqueue + consume with status, event and index',
        value: median(measured.map(({ ours, bare }) => ours.total_us / bare.total_us)),
        unit: '× bare BullMQ add + process',
        bar: { kind: 'at-most', bar: 1.6, aim: 1.3 },
        base: {
          ours_node_us: Math.round(middle((cpu) => cpu.node_us, 'ours')),
          ours_redis_us: Math.round(middle((cpu) => cpu.redis_us, 'ours')),
          bare_node_us: Math.round(middle((cpu) => cpu.node_us, 'bare')),
          bare_redis_us: Math.round(middle((cpu) => cpu.redis_us, 'bare')),
          rounds: ROUNDS,
          tasks: TASKS,
        },
      }),
    ];
  },
};

/** Time from add to success at 100 tasks a second, against bare BullMQ. */
export const queueLatency: Benchmark = {
  name: 'queue-latency',
  what: 'add to succeeded at 100 tasks a second, against bare BullMQ',
  async run(report) {
    const redis = await startTestRedis();
    const measured: { ours: Latency; bare: Latency }[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      report(`queue-latency round ${round}/${ROUNDS}`);
      const measure = (kind: string) =>
        runForJson<Latency>('tools/bench/src/processes/queue-latency.ts', [kind, redis.url, '100', '5']);
      measured.push({ bare: await measure('bare'), ours: await measure('ours') });
    }
    await redis.stop();
    const middle = (pick: (latency: Latency) => number, kind: 'ours' | 'bare') =>
      median(measured.map((each) => pick(each[kind])));
    return [
      row({
        id: 'queue.latency-p99',
        what: 'add → succeeded, p99 at 100 tasks/s',
        value: median(measured.map(({ ours, bare }) => ours.p99_ms / bare.p99_ms)),
        unit: '× bare BullMQ',
        bar: { kind: 'at-most', bar: 3 },
        base: {
          ours_p50_ms: middle((latency) => latency.p50_ms, 'ours').toFixed(2),
          ours_p99_ms: middle((latency) => latency.p99_ms, 'ours').toFixed(2),
          bare_p50_ms: middle((latency) => latency.p50_ms, 'bare').toFixed(2),
          bare_p99_ms: middle((latency) => latency.p99_ms, 'bare').toFixed(2),
          rounds: ROUNDS,
        },
      }),
    ];
  },
};
