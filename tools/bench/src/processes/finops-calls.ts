/**
 * Reserve and settle against two bare script calls on an equal connection, in turns.
 * Usage: node finops-calls.ts REDIS_URL ROUNDS PAIRS. Prints {@link CallFigures}.
 */
import { redisCpuMicroseconds } from './letter-server.ts';
import { benchCall, connectForCalls, inFlight, makeCall, openBenchLedger, setCaps } from './finops-subject.ts';

/** CPU is of one pair, in microseconds: of this process, and of Redis. */
export type PairFigures = { per_second: number; node_us: number; redis_us: number };
export type CallRound = { ours: PairFigures; bare: PairFigures };
export type CallFigures = { many: CallRound[]; one: CallRound[] };

/** Pairs under way at the same time, in the rounds named `many`. */
const MANY = 50;
/** Of one pair after the other it needs fewer. */
const FEWER = 5;

const [url = '', rounds = '9', pairs = '4000'] = process.argv.slice(2);
const [ledgerConnection, bareConnection, probe] = [connectForCalls(url), connectForCalls(url), connectForCalls(url)];
const ledger = openBenchLedger(ledgerConnection);
await setCaps(ledger);
const sha = (await bareConnection.script('LOAD', 'return 1')) as string;

let made = 0;
async function ours(): Promise<void> {
  made += 1;
  await makeCall(ledger, benchCall(made, { callerKeys: false }));
}

/** What a call is made of costs the same on both sides. */
async function bare(): Promise<void> {
  made += 1;
  benchCall(made, { callerKeys: false });
  await bareConnection.evalsha(sha, 0);
  await bareConnection.evalsha(sha, 0);
}

async function measure(pair: () => Promise<void>, { width }: { width: number }): Promise<PairFigures> {
  const count = width === 1 ? Math.ceil(Number(pairs) / FEWER) : Number(pairs);
  const redisBefore = await redisCpuMicroseconds(probe);
  const cpu = process.cpuUsage();
  const started = performance.now();
  await inFlight(count, pair, { width });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const redis_us = ((await redisCpuMicroseconds(probe)) - redisBefore) / count;
  return { per_second: count / seconds, node_us: (user + system) / count, redis_us };
}

/** Who begins changes from round to round. */
async function measureRound(round: number, { width }: { width: number }): Promise<CallRound> {
  if (round % 2 === 0) return { bare: await measure(bare, { width }), ours: await measure(ours, { width }) };
  return { ours: await measure(ours, { width }), bare: await measure(bare, { width }) };
}

const figures: CallFigures = { many: [], one: [] };
for (let round = 0; round <= Number(rounds); round += 1) {
  const [many, one] = [await measureRound(round, { width: MANY }), await measureRound(round, { width: 1 })];
  // The first round warms up.
  if (round === 0) continue;
  figures.many.push(many);
  figures.one.push(one);
}
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
