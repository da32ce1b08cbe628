/**
 * A sealer in a process of its own that dies at a given step: a command to Redis or an operation on a file.
 * Usage: node sealer-process.ts URL DIRECTORY NOW NTH before|after|half
 * It kills itself before its nth step, when that was done, or, with `half`, when half of what it writes is written. Prints
 * `done` when there were fewer steps.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { silentLogger } from '@nexus/runtime';
import { Redis } from 'ioredis';

const [url = '', directory = '', now = '0', nth = '0', when = 'before'] = process.argv.slice(2);
const connection = new Redis(url, { maxRetriesPerRequest: null });
await connection.ping();

type Operation = (...values: unknown[]) => Promise<unknown>;
let steps = 0;

/** Resolves never when this is the step to die at. */
async function step(operation: () => Promise<unknown>, half: () => Promise<unknown> = operation): Promise<unknown> {
  steps += 1;
  if (steps !== Number(nth)) return operation();
  if (when === 'after') await operation();
  if (when === 'half') await half();
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

const send = connection.sendCommand.bind(connection);
connection.sendCommand = (command, stream) => {
  const fatal = (steps += 1) === Number(nth);
  if (fatal && when === 'before') process.kill(process.pid, 'SIGKILL');
  const answer = send(command, stream);
  if (fatal) void command.promise.finally(() => process.kill(process.pid, 'SIGKILL'));
  return answer;
};

const module = fs as unknown as Record<string, Operation>;
for (const name of ['open', 'rename', 'mkdir', 'rm']) {
  const original = module[name] as Operation;
  module[name] = (...values) => step(() => original(...values));
}
const handle = await fs.open(import.meta.filename, 'r');
const prototype = Object.getPrototypeOf(handle) as Record<string, Operation>;
await handle.close();
steps = 0;
for (const name of ['write', 'writeFile', 'truncate', 'sync', 'datasync']) {
  const original = prototype[name] as Operation;
  prototype[name] = function (this: unknown, ...values) {
    const half = (): Promise<unknown> => original.call(this, ...halfOf(values));
    return step(() => original.call(this, ...values), half);
  };
}
syncBuiltinESMExports();

/** Of write(buffer, offset, length) and writeFile(content). */
function halfOf([content, offset, length]: unknown[]): unknown[] {
  if (typeof content === 'string') return [content.slice(0, content.length / 2)];
  return length === undefined ? [content] : [content, offset, Math.floor(Number(length) / 2)];
}

const { createSealer } = await import('../create-sealer.ts');
const { createLedgerSource } = await import('../ledger-source.ts');
const { streamLines } = await import('./stream-lines.ts');
const sealer = createSealer({
  redis: connection,
  kind: 'ledger',
  source: createLedgerSource(connection, streamLines(connection)),
  directory,
  dayOf: (instant) => new Date(instant).toISOString().slice(0, 10),
  now: () => Number(now),
  logger: silentLogger,
  batch: 4,
});
await sealer.run();
process.stdout.write('done\n');
connection.disconnect();
