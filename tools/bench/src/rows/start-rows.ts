import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestRedis } from '@nexus/local-redis';
import { startNode, untilReady } from '../child.ts';
import { processOptionsOf } from '../process-options.ts';
import { type Benchmark, median, row } from '../row.ts';

const RUNS = 7;
const root = new URL('../../../../', import.meta.url).pathname;

/** Seconds from starting the supervisor's bundle, alone in a folder, until /health/ready answers 200. */
export const supervisorStart: Benchmark = {
  name: 'supervisor-start',
  what: 'supervisor bundle, start to healthy',
  async run(report) {
    report('supervisor-start: bundling');
    await promisify(execFile)(process.execPath, ['tools/bundle.mjs', 'apps/supervisor'], { cwd: root });
    const redis = await startTestRedis();
    const directory = await mkdtemp(join(tmpdir(), 'nexus-bench-'));
    await cp(join(root, 'apps/supervisor/dist/main.js'), join(directory, 'main.js'));
    const { flags, environment } = processOptionsOf('apps/supervisor/dist/main.js');
    const seconds: number[] = [];
    for (let run = 0; run <= RUNS; run += 1) {
      const started = performance.now();
      const child = startNode([...flags, join(directory, 'main.js')], {
        ...environment,
        REDIS_URL: redis.url,
        NEXUS_PORT: '0',
        NEXUS_DATA_DIR: join(directory, 'data'),
      });
      const line = await child.line((text) => text.includes('SUPERVISOR_START'));
      await untilReady(Number(/"port":(\d+)/.exec(line)?.[1]));
      // The first run fills the file cache.
      if (run > 0) seconds.push((performance.now() - started) / 1000);
      await child.stop();
    }
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
    return [
      row({
        id: 'supervisor.start',
        what: 'supervisor bundle, start until /health/ready is 200',
        value: median(seconds),
        unit: 's',
        bar: { kind: 'at-most', bar: 1 },
        base: { runs: RUNS, slowest_s: Math.max(...seconds).toFixed(2) },
      }),
    ];
  },
};
