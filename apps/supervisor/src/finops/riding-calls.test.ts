import { afterEach, describe, expect, test } from '@jest/globals';
import { addDays, type LedgerLine } from '@nexus/finops';
import type { Ledger } from '@nexus/finops-ledger';
import { createLedgerIn, shiftedCalendar, type ShiftedCalendar } from '@nexus/finops-ledger/testing';
import { silentLogger } from '@nexus/runtime';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startDoor, type StartedDoor } from '../llm/testing/llm-door-kit.ts';
import { codeOf, createLlmKit, framesOf, generate, post } from '../llm/testing/llm-kit.ts';
import { createModelLedger, type ModelLedger } from './model-ledger.ts';
import { calledCost } from './testing/called-cost.ts';

const kit = createLlmKit();
const today = () => new Date().toISOString().slice(0, 10);
const restored: (() => void)[] = [];

type Opened = {
  ledger: Ledger;
  models: ModelLedger;
  retries: (() => void)[];
  /** What the metric of costs was told. */
  counted: bigint[];
  calendar: ShiftedCalendar;
};

let door: StartedDoor;
afterEach(async () => {
  for (const restore of restored.splice(0)) restore();
  await door.close();
});

/** The doors on the real ledger; one call is made, so that Redis knows the scripts. */
async function open({ dailyNano = 10n ** 12n, warm = true } = {}): Promise<Opened> {
  const redis = kit.connection();
  const calendar = shiftedCalendar(today());
  const ledger = createLedgerIn(calendar, redis, { dailyNano, softFraction: 1, hardFraction: 1, now: Date.now });
  const retries: (() => void)[] = [];
  const counted: bigint[] = [];
  const models = createModelLedger({
    ...{ ledger, onLost: () => undefined, logger: silentLogger },
    onSettled: ({ actual_nano }) => void counted.push(actual_nano),
    later: (run) => void retries.push(run),
  });
  // The audit has scripts of its own.
  door = await startDoor(kit, models, { LLM_AUDIT_ENABLED: 'false' });
  if (warm) expect((await ask('warm')).status).toBe(200);
  return { ledger, models, retries, counted, calendar };
}

/** Answers when all that the call told Redis has been told. */
async function ask(text: string, over: Record<string, unknown> = {}) {
  const answer = await generate(door, { input_text: text, ...over });
  await door.scrape();
  return answer;
}

async function scriptsOf(act: () => Promise<unknown>): Promise<number> {
  await kit.connection().config('RESETSTAT');
  await act();
  await door.scrape();
  const statistics = await kit.connection().info('commandstats');
  const calls = [...statistics.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)];
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Of the scripts sent from now on, the replies of these do not arrive, or (`sent: false`) they do not reach Redis. */
function lose(places: readonly number[], { sent = true } = {}): void {
  const redis = kit.connection();
  const send = redis.sendCommand.bind(redis);
  let count = 0;
  redis.sendCommand = (command, stream) => {
    if (command.name.startsWith('eval')) count += 1;
    if (!command.name.startsWith('eval') || !places.includes(count)) return send(command, stream);
    const answer = sent ? (send(command, stream) as Promise<unknown>) : Promise.resolve();
    return answer.then(() => Promise.reject(new Error('Connection is closed.')));
  };
  restored.push(() => (redis.sendCommand = send));
}

async function linesOf({ ledger }: Opened): Promise<LedgerLine[]> {
  const lines: LedgerLine[] = [];
  for await (const line of ledger.lines({ month: today().slice(0, 7) })) lines.push(line);
  return lines;
}

/** Everything adds up, nothing is reserved, and each call was reserved once and counted once. */
async function expectWhole(opened: Opened, calls: number): Promise<void> {
  const rows = await opened.ledger.budgets();
  const day = rows.find(({ scope, period }) => scope === 'global' && period === 'day');
  const lines = await linesOf(opened);
  expect(lines).toHaveLength(calls);
  expect(opened.counted).toEqual(lines.map(({ actual_nano }) => actual_nano));
  expect(day).toMatchObject({
    spent_nano: lines.reduce((sum, { actual_nano }) => sum + actual_nano, 0n),
    reserved_nano: 0n,
  });
  expect(await opened.ledger.counts(today(), today())).toMatchObject([{ made: calls, settled: calls, late: 0 }]);
  expect((await opened.ledger.reconcile(today(), today())).differences).toEqual([]);
}

describe('a call and its money', () => {
  test('are two scripts, as text, as a stream, as a document, and by the other door', async () => {
    const opened = await open();
    expect(await scriptsOf(() => ask('a'))).toBe(2);
    const stream = async () => framesOf(await post(door, '/llm/generate', { input_text: 'b', stream: true }));
    expect(await scriptsOf(stream)).toBe(2);
    const document = { schema: { type: 'object', required: ['n'], properties: { n: { type: 'number' } } } };
    kit.simulator().script('gemini', [{ kind: 'text', reply: '{"n":1}' }]);
    expect(await scriptsOf(() => ask('c', document))).toBe(2);
    const messages = [{ role: 'user', content: 'd' }];
    expect(await scriptsOf(() => post(door, '/v1/chat/completions', { model: 'nexus', messages }))).toBe(2);
    await expectWhole(opened, 5);
  });

  test('an answer that cannot be used and the one after it are both stored', async () => {
    const opened = await open();
    kit.simulator().script('gemini', [{ kind: 'emptyAnswer' }]);
    expect((await ask('a')).body).toMatchObject({ provider: 'openai' });
    await expectWhole(opened, 3);
    expect((await linesOf(opened)).map(({ wasted }) => wasted)).toEqual([false, true, false]);
  });

  test('what needs a repair is stored before the repair asks', async () => {
    const opened = await open();
    const schema = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } };
    const replies = ['no document', '{"n":2}'].map((reply) => ({ kind: 'text', reply }) as const);
    kit.simulator().script('gemini', replies);
    expect((await ask('a', { schema })).status).toBe(200);
    expect((await linesOf(opened)).map(({ purpose }) => purpose)).toEqual(['generic', 'generic', 'schema_repair']);
    await expectWhole(opened, 3);
  });
});

describe('when the reply of a script is lost', () => {
  test.each([
    ['the admission', [1], true],
    ['the admission, which never came to Redis', [1], false],
    ['the conclusion', [2], true],
    ['the conclusion, which never came to Redis', [2], false],
  ])('%s: the money is held once and counted once', async (_what, places, sent) => {
    const opened = await open();
    lose(places, { sent });
    expect((await ask('a')).status).toBe(200);
    await expectWhole(opened, 2);
  });

  test('the conclusion and the settlement after it: it is told until it is stored, and counted once', async () => {
    const opened = await open();
    lose([2, 3]);
    expect((await ask('a')).status).toBe(200);
    expect(opened.models.waiting()).toBe(1);
    for (const again of opened.retries) again();
    while (opened.models.waiting() > 0 || (await linesOf(opened)).length < 2) await kit.connection().ping();
    await expectWhole(opened, 2);
  });

  test('the admission and the reservation after it: nobody is called, and what may be held is given back', async () => {
    const opened = await open();
    lose([1, 2]);
    expect(codeOf(await ask('a'))).toBe('STORE_UNAVAILABLE');
    expect(kit.simulator().hitCount('gemini')).toBe(1);
    expect((await opened.ledger.reconcile(today(), today())).differences).toEqual([]);
    expect(await opened.ledger.counts(today(), today())).toMatchObject([{ made: 2, settled: 1, voided: 1 }]);
  });
});

describe('what the rider does not decide is asked again', () => {
  test('over the budget: refused in one script, and again when nothing is due', async () => {
    const opened = await open({ dailyNano: 1n, warm: false });
    for (const text of ['a', 'b']) expect(codeOf(await ask(text))).toBe('BUDGET_EXCEEDED');
    expect(kit.simulator().hitCount('gemini')).toBe(0);
    expect(await opened.ledger.counts(today(), today())).toMatchObject([{ made: 0, refused: 2 }]);
  });

  test('holds of the dead: they are given back first', async () => {
    const opened = await open();
    const tags = { team: 'x', project: 'y', purpose: 'z' };
    const [warm] = await linesOf(opened);
    const estimate_nano = 10n ** 12n - (warm?.actual_nano ?? 0n);
    const dead = { reservation_id: 'dead', estimate_nano, tags, lifetime_s: 60 };
    expect(await opened.ledger.reserve(dead)).toMatchObject({ ok: true });
    expect(codeOf(await ask('a'))).toBe('BUDGET_EXCEEDED');
    await kit.connection().zadd('{nexus}:spend:holds', 'XX', 1, 'dead');
    expect((await ask('a')).status).toBe(200);
    expect(await opened.ledger.counts(today(), today())).toMatchObject([{ expired: 1, settled: 2, refused: 1 }]);
  });

  test('another day: the reservation belongs to the new one', async () => {
    const opened = await open();
    opened.calendar.turn(1);
    expect((await ask('a')).status).toBe(200);
    const day = opened.calendar.dayOf(Date.now());
    const cells = await opened.ledger.dayCells(addDays(day, -1), day);
    expect(cells.map(({ calls }) => calls)).toEqual([1, 1]);
  });

  test('counters that cannot be read: nobody is called, and nothing stays claimed', async () => {
    const opened = await open();
    await kit.connection().hset(`{nexus}:budget:${today().slice(0, 7)}`, 'global', 'garbage');
    expect(codeOf(await ask('a'))).toBe('STORE_UNAVAILABLE');
    expect(kit.simulator().hitCount('gemini')).toBe(1);
    expect(await kit.connection().keys('{nexus}:llm:claim:*')).toEqual([]);
    expect(await linesOf(opened)).toHaveLength(1);
  });
});

test('a caller killed before and after every script: nothing stays reserved, what was spent is counted once', async () => {
  const opened = await open();
  const costs: bigint[] = [];
  for (const when of ['before', 'after']) {
    for (let nth = 1, through = false; !through; nth += 1) {
      const id = `${when}-${nth}`;
      through = (await runCaller(id, nth, when)) === 'done';
      const redis = kit.connection();
      for (const hold of await redis.zrange('{nexus}:spend:holds', '0', '-1')) {
        await redis.zadd('{nexus}:spend:holds', 'XX', 1, hold);
      }
      await opened.ledger.sweep();
      // Whoever knows that the money was spent tells it again, not knowing how far the dead one came.
      await opened.models.settle(id, { ...calledCost, reserved_at: Date.now() });
      costs.push(calledCost.actual_nano);
      expect((await opened.ledger.reconcile(today(), today())).differences).toEqual([]);
      expect(nth).toBeLessThan(10);
    }
  }
  const lines = (await linesOf(opened)).slice(1);
  expect(lines.map(({ actual_nano }) => actual_nano)).toEqual(costs);
  const rows = (await opened.ledger.budgets()).filter(({ scope }) => scope === 'global');
  expect(rows.map(({ reserved_nano }) => reserved_nano)).toEqual([0n, 0n]);
}, 60_000);

async function runCaller(...words: (string | number)[]): Promise<string> {
  const program = join(import.meta.dirname, 'testing/riding-caller.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=@nexus/source', program, kit.redis().url, ...words.map(String)],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  await once(child, 'close');
  return output;
}
