/**
 * Makes lines of the ledger and asks Redis what they take.
 * Usage: node finops-lines.ts REDIS_URL COUNT. Prints {@link LineFigures}.
 */
import { benchCall, connectForCalls, inFlight, makeCall, openBenchLedger, setCaps } from './finops-subject.ts';

/** Bytes of the streams of lines; what else a call leaves behind is bounded, or gone within hours. */
export type LineFigures = { lines: number; bytes: number };

const IN_FLIGHT = 50;

const [url = '', lines = '100000'] = process.argv.slice(2);
const redis = connectForCalls(url);
const ledger = openBenchLedger(redis);
await setCaps(ledger);
await inFlight(Number(lines), (n) => makeCall(ledger, benchCall(n)), { width: IN_FLIGHT });

const figures: LineFigures = { lines: 0, bytes: 0 };
for (const month of await ledger.months()) {
  const key = `{nexus}:ledger:${month}`;
  figures.lines += await redis.xlen(key);
  // 0 = all of it: samples would tell of a part.
  figures.bytes += Number(await redis.memory('USAGE', key, 'SAMPLES', 0));
}
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
