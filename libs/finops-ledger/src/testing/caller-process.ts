/**
 * A process that uses the ledger.
 * Usage: node caller-process.ts URL reserve COUNT NANO DAILY PREFIX: asks for COUNT reservations at once and prints how
 * many were given and refused.
 * Or: node caller-process.ts URL call ID NTH before|after: reserves 600 nano, settles 500, and dies before it sends its NTH
 * script to Redis or when the answer is there; prints `done` when there were fewer.
 */
import { Redis } from 'ioredis';
import { createLedger } from '../ledger/create-ledger.ts';
import { cost, request } from './ledger-fixture.ts';

const [url = '', action = '', ...rest] = process.argv.slice(2);
const redis = new Redis(url, { maxRetriesPerRequest: null });
const options = { zone: 'UTC', softFraction: 1, hardFraction: 1, now: Date.now };

async function reserveMany([count = '', nano = '', daily = '', prefix = '']: string[]): Promise<void> {
  const ledger = createLedger(redis, { ...options, dailyNano: BigInt(daily) });
  const ids = Array.from({ length: Number(count) }, (_, place) => `${prefix}-${place}`);
  const answers = await Promise.all(ids.map((id) => ledger.reserve(request(id, BigInt(nano)))));
  const given = answers.filter((answer) => answer?.ok === true).length;
  process.stdout.write(JSON.stringify({ given, refused: answers.length - given }));
}

async function callOnce([id = '', nth = '', when = '']: string[]): Promise<void> {
  await redis.ping();
  let sent = 0;
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    sent += 1;
    const fatal = sent === Number(nth);
    if (fatal && when === 'before') process.kill(process.pid, 'SIGKILL');
    const answer = send(command, stream);
    if (fatal) void command.promise.finally(() => process.kill(process.pid, 'SIGKILL'));
    return answer;
  };
  const ledger = createLedger(redis, { ...options, dailyNano: 1_000_000n });
  const reservation = await ledger.reserve(request(id, 600n));
  if (reservation?.ok !== true) throw new Error('refused');
  await ledger.settle(id, cost(500n, { reserved_at: reservation.reserved_at }));
  process.stdout.write('done');
}

await (action === 'reserve' ? reserveMany(rest) : callOnce(rest));
redis.disconnect();
