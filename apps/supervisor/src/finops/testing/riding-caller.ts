/**
 * A process that makes one call, its money riding in the scripts of the guards, and dies before it sends its NTH script to
 * Redis or when the answer is there; prints `done` when there were fewer.
 * Usage: node riding-caller.ts URL ID NTH before|after
 */
import { createLedger } from '@nexus/finops-ledger';
import { createGuards } from '@nexus/llm-router';
import { connectRedis, silentLogger } from '@nexus/runtime';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createModelLedger } from '../model-ledger.ts';
import { calledCost } from './called-cost.ts';

const [url = '', id = '', nth = '', when = ''] = process.argv.slice(2);
const redis = connectRedis({ url, purpose: 'request', name: 'caller', onError: () => undefined });
await redis.ping();
const ledger = createLedger(redis, {
  ...{ zone: 'UTC', dailyNano: 10n ** 12n, softFraction: 1, hardFraction: 1, now: Date.now },
});
const models = createModelLedger({
  ...{ ledger, onSettled: () => undefined, onLost: () => undefined, logger: silentLogger, later: () => undefined },
});
const { riders } = models;
if (riders === undefined) throw new Error('the ledger has no riders');
const guards = createGuards({
  redis,
  limits: { rpmGlobal: 1000, rpmByProvider: {}, rpmDefault: 1000 },
  breaker: { windowSeconds: 300, failThreshold: 5, cooldownSeconds: 60 },
  riders: { admit: riders.reserve, conclude: riders.settle },
  statePath: join(tmpdir(), `${randomUUID()}.json`),
  now: Date.now,
  wait: () => new Promise(() => undefined),
  newToken: randomUUID,
  onError: () => undefined,
});

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

const { tags, estimated_nano } = calledCost;
const request = { reservation_id: id, estimate_nano: estimated_nano, tags, lifetime_s: 120 };
const call = await guards.admit({
  chain: ['gemini'],
  deadlineSeconds: 60,
  dedupe: { key: id, ttlSeconds: 30 },
  rider: () => riders.reserve.argument(request),
});
if (call.verdict !== 'granted') throw new Error('the call was not let through');
const reservation = riders.reserve.read(call.rode, request);
if (reservation?.ok !== true) throw new Error('nothing was reserved');
const settlement = { ...calledCost, reservation_id: id, reserved_at: reservation.reserved_at };
await guards.conclude(call, {
  outcomes: [{ grant: call.grant }],
  answer: { provider: 'gemini', model: 'm', text: 'text' },
  rider: riders.settle.argument(settlement),
});
process.stdout.write('done');
process.exit(0);
