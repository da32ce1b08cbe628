/**
 * npm run bench [-- --json] [name…]: prints each figure beside its bar. Exit 0 when every bar is met, 1 when one is
 * missed, 2 when something could not be measured.
 */
import { availableParallelism, loadavg } from 'node:os';
import { watchMachine } from './machine.ts';
import type { Benchmark, Row } from './row.ts';
import { excelConversion } from './rows/excel-rows.ts';
import { finops, finops10m } from './rows/finops-rows.ts';
import { httpCreate } from './rows/http-rows.ts';
import { letters100k, letters1m } from './rows/letter-rows.ts';
import { llmDoor } from './rows/llm-rows.ts';
import { queueCpu, queueLatency } from './rows/queue-rows.ts';
import { supervisorStart } from './rows/start-rows.ts';
import { formatRows } from './table.ts';

const benchmarks: Benchmark[] = [
  httpCreate,
  queueCpu,
  queueLatency,
  excelConversion,
  supervisorStart,
  letters100k,
  letters1m,
  llmDoor,
  finops,
  finops10m,
];

async function main(args: string[]): Promise<number> {
  const names = args.filter((argument) => !argument.startsWith('-'));
  if (args.includes('--help')) {
    const list = benchmarks.map(({ name, what }) => `  ${name.padEnd(18)} ${what}`).join('\n');
    process.stdout.write(`npm run bench -- [--json] [name…]\n\n${list}\n`);
    return 0;
  }
  const unknown = names.filter((name) => !benchmarks.some((each) => each.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no benchmark ${unknown.join(', ')}. --help lists them.\n`);
    return 2;
  }
  const chosen = benchmarks.filter(({ name }) => names.length === 0 || names.includes(name));
  const load = loadavg()[0] ?? 0;
  process.stderr.write(`${availableParallelism()} cores, load ${load.toFixed(2)} before the start\n`);
  const others = watchMachine();
  const rows: Row[] = [];
  let unmeasured = 0;
  for (const benchmark of chosen) {
    try {
      rows.push(...(await benchmark.run((line) => void process.stderr.write(`  ${line}\n`))));
    } catch (error: unknown) {
      unmeasured += 1;
      process.stderr.write(
        `${benchmark.name} could not be measured: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  }
  process.stderr.write(`others used ${(100 * others()).toFixed(0)} % of the machine meanwhile\n`);
  process.stdout.write(args.includes('--json') ? `${JSON.stringify(rows, undefined, 2)}\n` : formatRows(rows));
  if (unmeasured > 0) return 2;
  return rows.every(({ ok }) => ok) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
