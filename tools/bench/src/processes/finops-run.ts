import { availableParallelism } from 'node:os';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { runForJson } from '../child.ts';
import { cpuMicroseconds, watchMachine } from '../machine.ts';
import type { AnomalyFigures } from './finops-anomalies.ts';
import type { CallFigures } from './finops-calls.ts';
import type { LineFigures } from './finops-lines.ts';
import type { ReportFigures } from './finops-report.ts';
import type { RollupFigures } from './finops-rollups.ts';

/** How much of everything is measured. Seeds are both included. */
export type FinopsSizes = {
  rounds: number;
  pairs: number;
  lines: number;
  calls: number;
  days: number;
  daysBefore: number;
  reports: number;
  series: number;
  seeds: readonly [first: number, last: number];
};

/** `others`: share of all cores that other processes used while it was measured. */
export type Measured<Figures> = Figures & { others: number };

/** A report as its process measures it; `process_s` is with the start of the process and the connection. */
export type TimedReport = ReportFigures & { process_s: number };

export type FinopsFigures = {
  calls: Measured<CallFigures>;
  lines: LineFigures;
  report: Measured<{ runs: TimedReport[] }>;
  anomalies: Measured<AnomalyFigures>;
};

function run<Value>(script: string, ...args: (string | number)[]): Promise<Value> {
  return runForJson<Value>(`tools/bench/src/processes/finops-${script}.ts`, args.map(String));
}

async function watched<Figures extends object>(measure: () => Promise<Figures>): Promise<Measured<Figures>> {
  const others = watchMachine();
  const figures = await measure();
  return { ...figures, others: others() };
}

/** Gives a Redis of its own, empty. */
async function withRedis<Value>(measure: (redis: TestRedis) => Promise<Value>): Promise<Value> {
  const redis = await startTestRedis();
  try {
    return await measure(redis);
  } finally {
    await redis.stop();
  }
}

/** Measures calls, lines, report and anomalies one after the other, each in processes of its own. Linux only. */
export async function measureFinops(sizes: FinopsSizes, report: (line: string) => void): Promise<FinopsFigures> {
  report('reserve and settle beside bare script calls');
  const calls = await withRedis((redis) => measureCalls(redis, sizes));
  report(`${sizes.lines} lines`);
  const lines = await withRedis(({ url }) => run<LineFigures>('lines', url, sizes.lines));
  if (lines.lines !== sizes.lines) throw new Error(`${lines.lines} lines were written of ${sizes.lines} calls`);
  const reports = await withRedis(({ url }) => measureReports(url, sizes, report));
  report('anomalies');
  const { series, seeds } = sizes;
  const anomalies = await watched(() => run<AnomalyFigures>('anomalies', series, 90, ...seeds));
  return { calls, lines, report: reports, anomalies };
}

/** Redis runs on, so the watch takes it for somebody else. */
async function measureCalls({ url, pid }: TestRedis, { rounds, pairs }: FinopsSizes): Promise<Measured<CallFigures>> {
  const before = cpuMicroseconds(pid);
  const started = performance.now();
  const figures = await watched(() => run<CallFigures>('calls', url, rounds, pairs));
  const elapsed = (performance.now() - started) * 1000 * availableParallelism();
  return { ...figures, others: Math.max(0, figures.others - (cpuMicroseconds(pid) - before) / elapsed) };
}

async function measureReports(
  url: string,
  { calls, days, daysBefore, reports }: FinopsSizes,
  report: (line: string) => void,
): Promise<FinopsFigures['report']> {
  report(`rollups of ${calls} calls`);
  const { from, to, as_of } = await run<RollupFigures>('rollups', url, calls, days, daysBefore);
  report('reports');
  return watched(async () => {
    const runs: TimedReport[] = [];
    for (let round = 0; round < reports; round += 1) {
      const started = performance.now();
      const figures = await run<ReportFigures>('report', url, from, to, as_of);
      if (figures.rows !== calls) throw new Error(`the report tells of ${figures.rows} rows, not of ${calls}`);
      runs.push({ ...figures, process_s: (performance.now() - started) / 1000 });
    }
    return { runs };
  });
}
