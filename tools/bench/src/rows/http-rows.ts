import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestRedis } from '@nexus/local-redis';
import autocannon from 'autocannon';
import { freePort, startQuietScript, startScript, untilReady } from '../child.ts';
import { cpuMicroseconds } from '../machine.ts';
import { type Benchmark, median, row } from '../row.ts';

const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = 50;

const body = JSON.stringify({
  task_type: 'excel_kakao',
  requested_by: 'bench',
  payload: {
    action: 'chat_to_excel',
    files: [`file_${'0a1b2c3d'.repeat(8)}`],
    timezone: 'Asia/Seoul',
  },
});

/** Requests a second of POST /tasks, against the same server answering the same request without a queue behind it. */
export const httpCreate: Benchmark = {
  name: 'http-create',
  what: 'POST /tasks, against a no-op JSON POST of the same server',
  async run(report) {
    const redis = await startTestRedis({ appendonly: true });
    const directory = await mkdtemp(join(tmpdir(), 'nexus-bench-'));
    const noop = startScript('tools/bench/src/processes/noop-server.ts');
    const port = await freePort();
    const supervisor = startQuietScript('apps/supervisor/src/main.ts', join(directory, 'supervisor.log'), {
      REDIS_URL: redis.url,
      NEXUS_PORT: String(port),
      NEXUS_DATA_DIR: directory,
    });
    const noopPort = Number((await noop.line((line) => line.startsWith('port '))).slice(5));
    await untilReady(port);
    const measured: ({ noop: number } & Measured)[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      report(round === 0 ? 'http-create warm-up' : `http-create round ${round}/${ROUNDS}`);
      const seconds = round === 0 ? 2 : SECONDS;
      const pids = { node: supervisor.pid, redis: redis.pid };
      const figures = { noop: await load(noopPort, seconds), ...(await loadMeasured(port, seconds, pids)) };
      if (round > 0) measured.push(figures);
    }
    await supervisor.stop();
    await noop.stop();
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
    return [
      row({
        id: 'http.create',
        what: 'POST /tasks, requests per second',
        value: median(measured.map(({ noop: base, create }) => create / base)),
        unit: '× no-op JSON POST of the same server',
        bar: { kind: 'at-least', bar: 0.4, aim: 0.55 },
        base: {
          create_per_second: Math.round(median(measured.map(({ create }) => create))),
          noop_per_second: Math.round(median(measured.map(({ noop: base }) => base))),
          create_node_us: Math.round(median(measured.map(({ node_us }) => node_us))),
          create_redis_us: Math.round(median(measured.map(({ redis_us }) => redis_us))),
          connections: CONNECTIONS,
          rounds: ROUNDS,
        },
      }),
    ];
  },
};

type Measured = { create: number; node_us: number; redis_us: number };

/** The load, with the CPU time that supervisor and Redis spent on each request. */
async function loadMeasured(port: number, seconds: number, pids: { node: number; redis: number }): Promise<Measured> {
  const before = { node: cpuMicroseconds(pids.node), redis: cpuMicroseconds(pids.redis) };
  const create = await load(port, seconds);
  const requests = create * seconds;
  return {
    create,
    node_us: (cpuMicroseconds(pids.node) - before.node) / requests,
    redis_us: (cpuMicroseconds(pids.redis) - before.redis) / requests,
  };
}

/** Requests a second that were answered 202; anything else fails the measurement. */
async function load(port: number, seconds: number): Promise<number> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/tasks`,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'dev-key' },
    body,
    connections: CONNECTIONS,
    duration: seconds,
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`the load met ${result.non2xx} answers that were not 2xx and ${result.errors} errors`);
  }
  return result['2xx'] / result.duration;
}
