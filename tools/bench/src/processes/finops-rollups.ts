/**
 * Fills the rollups as if so many calls had been made: each combination of tags is settled once through the ledger, and the
 * cells that come of it are copied to all days, their numbers multiplied by a script that packs as the ledger's own do.
 * Usage: node finops-rollups.ts REDIS_URL CALLS DAYS DAYS_BEFORE. CALLS is the sum over DAYS, the last of which is today.
 * Prints {@link RollupFigures}.
 */
import { addDays, daysFrom } from '@nexus/finops';
import { spreadCalls } from './finops-spread.ts';
import {
  benchCall,
  COMBINATIONS,
  connectForCalls,
  inFlight,
  makeCall,
  openBenchLedger,
  setCaps,
} from './finops-subject.ts';

/** Days `YYYY-MM-DD`, both included; `cells` of the window. `as_of` in ms since 1970. */
export type RollupFigures = { from: string; to: string; cells: number; as_of: number };

/** Cells of calls take the factors in turn; those of answers from the cache, which have none, a twentieth of the last one. */
const MULTIPLY = `
local template, used = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #template, 2 do
  local cell, factor = cmsgpack.unpack(template[i + 1]), nil
  if cell[1] > 0 then
    used = used + 1
    factor = tonumber(ARGV[used])
  else
    factor = math.ceil(tonumber(ARGV[math.max(1, used)]) / 20)
  end
  for place, value in ipairs(cell) do cell[place] = value * factor end
  redis.call('HSET', KEYS[2], template[i], cmsgpack.pack(cell))
end
return used`;

const [url = '', calls = '10000000', days = '31', daysBefore = '60'] = process.argv.slice(2);
const redis = connectForCalls(url);
const ledger = openBenchLedger(redis);
await setCaps(ledger);
await inFlight(
  COMBINATIONS,
  async (n) => {
    const call = benchCall(n);
    await makeCall(ledger, call);
    await ledger.avoided({ ...call.cost.tags, ...call.cost }, call.cost.actual_nano);
  },
  { width: 50 },
);

const made = await redis.keys('{nexus}:spend:d:*');
const [todaysKey = ''] = made;
const today = todaysKey.slice(-10);
if (made.length !== 1) throw new Error('midnight (UTC) fell into the measurement: run it again');
const template = '{nexus}:bench:template';
await redis.copy(todaysKey, template);

async function fill(range: { from: string; to: string }, total: number): Promise<number> {
  const names = daysFrom(range.from, range.to);
  const factors = spreadCalls(total, names.length * COMBINATIONS);
  for (const [at, day] of names.entries()) {
    const ofDay = factors.slice(at * COMBINATIONS, (at + 1) * COMBINATIONS);
    const used = await redis.eval(MULTIPLY, 2, template, todaysKey.replace(today, day), ...ofDay);
    if (used !== COMBINATIONS) throw new Error(`${String(used)} cells were made of ${COMBINATIONS} combinations`);
  }
  return factors.length;
}

const from = addDays(today, 1 - Number(days));
const cells = await fill({ from, to: today }, Number(calls));
const before = { from: addDays(from, -Number(daysBefore)), to: addDays(from, -1) };
// A little less than now, so that there is something to compare.
await fill(before, Math.round((0.9 * Number(calls) * Number(daysBefore)) / Number(days)));
await redis.del(template);
process.stdout.write(`${JSON.stringify({ from, to: today, cells, as_of: Date.now() } satisfies RollupFigures)}\n`);
process.exit(0);
