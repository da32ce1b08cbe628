import { afterAll, beforeAll } from '@jest/globals';
import { createLedgerIn, shiftedCalendar } from '@nexus/finops-ledger/testing';
import { describeLedger } from '@nexus/llm-router/testing';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis, silentLogger } from '@nexus/runtime';
import { createModelLedger } from './model-ledger.ts';

const HOLDS = '{nexus}:spend:holds';
const DAY_SECONDS = 86_400;

let server: TestRedis;
let redis: ReturnType<typeof connectRedis>;
beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, purpose: 'request', name: 'test', onError: () => undefined });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

describeLedger('in Redis, as the supervisor has it', async (dailyNano) => {
  await redis.flushall();
  const calendar = shiftedCalendar('2026-01-15');
  const ledger = createLedgerIn(calendar, redis, { dailyNano, softFraction: 0.8, hardFraction: 1, now: Date.now });
  const models = createModelLedger({
    ledger,
    onSettled: () => undefined,
    onLost: () => undefined,
    logger: silentLogger,
    later: () => undefined,
  });
  return {
    ledger: models,
    now: Date.now,
    // Redis keeps its own time: what was reserved is made older instead, and the calendar turned.
    async advance(seconds) {
      calendar.turn(seconds / DAY_SECONDS);
      for (const id of await redis.zrange(HOLDS, '0', '-1')) await redis.zincrby(HOLDS, -seconds * 1000, id);
    },
    async day() {
      await ledger.sweep();
      const rows = await ledger.budgets();
      const row = rows.find(({ scope, period }) => scope === 'global' && period === 'day');
      return { spent: row?.spent_nano ?? 0n, reserved: row?.reserved_nano ?? 0n };
    },
  };
});
