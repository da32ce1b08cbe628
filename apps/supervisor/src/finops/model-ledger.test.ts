import { describe, expect, test } from '@jest/globals';
import type { Settled } from '@nexus/finops-ledger';
import type { CallTags, Settlement } from '@nexus/llm-router';
import { createLogger } from '@nexus/runtime';
import { createModelLedger, type ModelLedgerOptions } from './model-ledger.ts';

const tags: CallTags = {
  ...{ team: 'ops', project: 'nexus', purpose: 'test', task_id: null },
  ...{ caller: 'user', prompt_fp: '0123456789abcdef' },
};
const settlement: Settlement = {
  ...{ tags, reserved_at: 1, estimated_nano: 9n, actual_nano: 5n, list_nano: 6n, provider: 'gemini', model: 'm' },
  usage: { input: 1, cache_read: 0, cache_write: 0, output: 1, reasoning: 0 },
  ...{ approx: false, wasted: false, price_source: 'book', price_version: '1', key_id: 'k', latency_ms: 1.4 },
  budget_reason: 'ok',
};
const away = new Error('Connection is closed.');

type Told = { id: string; actual_nano: bigint; latency_ms: number; key?: string };

type Loss = { error: Error; stored: boolean };

/** `fail` says how a telling fails; `stored` = the ledger has it all the same. */
function open(fail: () => Error | Loss | undefined, kind: Settled['kind'] = 'settled') {
  const told: Told[] = [];
  const settled: bigint[] = [];
  const lost: Settlement[] = [];
  const planned: (() => void)[] = [];
  const lines: string[] = [];
  const refuse = () => Promise.reject(new Error('not in this test'));
  const rider = { lua: '', keys: [], argument: () => '' };
  const ledger: ModelLedgerOptions['ledger'] = {
    riders: { reserve: { ...rider, read: () => undefined }, settle: { ...rider, read: (reply) => reply as Settled } },
    reserve: refuse,
    void: refuse,
    avoided: refuse,
    async settle(id, facts) {
      const failure = fail();
      const loss = failure instanceof Error ? { error: failure, stored: false } : failure;
      if (loss?.stored === false) throw loss.error;
      const before = told.some((each) => each.id === id);
      const { actual_nano, latency_ms, key } = facts;
      told.push({ id, actual_nano, latency_ms, ...(key === undefined ? {} : { key }) });
      if (loss !== undefined) throw loss.error;
      return { changed: !before && kind !== 'voided', kind };
    },
  };
  const models = createModelLedger({
    ledger,
    onSettled: ({ actual_nano }) => settled.push(actual_nano),
    onLost: (cost) => lost.push(cost),
    logger: createLogger({ level: 'INFO', name: 'test', write: (line) => void lines.push(line) }),
    later: (run) => void planned.push(run),
  });
  async function turn(): Promise<void> {
    for (const run of planned.splice(0)) run();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { models, told, settled, lost, lines, turn };
}

describe('what was spent', () => {
  test('is told at once, in whole milliseconds, with the key of the caller', async () => {
    const { models, told, settled } = open(() => undefined);
    expect(await models.settle('a', settlement)).toEqual({ changed: true });
    expect(told).toEqual([{ id: 'a', actual_nano: 5n, latency_ms: 1, key: 'user' }]);
    expect(settled).toEqual([5n]);
  });

  test('while the store is away waits, and is told in order until it is stored; counted once', async () => {
    let outage = 3;
    const { models, told, settled, lost, turn } = open(() => (outage-- > 0 ? away : undefined));
    await expect(models.settle('a', settlement)).rejects.toThrow(away);
    await expect(models.settle('b', settlement)).rejects.toThrow(away);
    expect(models.waiting()).toBe(2);
    await turn();
    expect([models.waiting(), settled]).toEqual([2, []]);
    await turn();
    expect(told.map(({ id }) => id)).toEqual(['a', 'b']);
    expect([models.waiting(), settled, lost]).toEqual([0, [5n, 5n], []]);
  });

  test('told again counts once', async () => {
    const { models, settled } = open(() => undefined);
    await models.settle('a', settlement);
    expect(await models.settle('a', settlement)).toEqual({ changed: false });
    expect(settled).toEqual([5n]);
  });

  test('stored without our hearing of it counts once, when it is told again', async () => {
    let losses = 2;
    const { models, settled, turn } = open(() => (losses-- > 0 ? { error: away, stored: true } : undefined));
    await expect(models.settle('a', settlement)).rejects.toThrow(away);
    await turn();
    expect(settled).toEqual([]);
    await turn();
    expect([models.waiting(), settled]).toEqual([0, [5n]]);
    await models.settle('a', settlement);
    expect(settled).toEqual([5n]);
  });

  test('told by a script of somebody else counts once, whether its reply is heard or not', async () => {
    const { models, told, settled } = open(() => undefined);
    const rider = models.riders?.settle;
    rider?.argument({ ...settlement, reservation_id: 'heard' });
    told.push({ id: 'heard', actual_nano: 5n, latency_ms: 1 });
    expect(rider?.read({ changed: true, kind: 'settled' }, { ...settlement, reservation_id: 'heard' })).toEqual({
      changed: true,
    });
    await models.settle('heard', settlement);
    expect(settled).toEqual([5n]);
    rider?.argument({ ...settlement, reservation_id: 'unheard' });
    told.push({ id: 'unheard', actual_nano: 5n, latency_ms: 1 });
    expect(await models.settle('unheard', settlement)).toEqual({ changed: false });
    expect(settled).toEqual([5n, 5n]);
  });

  test('of a reservation that was given back is told as lost', async () => {
    const { models, settled, lost, lines } = open(() => undefined, 'voided');
    expect(await models.settle('a', settlement)).toEqual({ changed: false });
    expect([settled, lost]).toEqual([[], [settlement]]);
    expect(lines.join('')).toContain('LEDGER_COST_LOST');
  });

  test('that the ledger refuses is told as lost, with its amount and without a prompt', async () => {
    const { models, lost, lines } = open(() => new Error('LEDGER_CORRUPT'));
    await expect(models.settle('a', settlement)).rejects.toThrow('LEDGER_CORRUPT');
    expect(lost).toEqual([settlement]);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      event: 'LEDGER_COST_LOST',
      actual_nano: '5',
      provider: 'gemini',
    });
    expect(models.waiting()).toBe(0);
  });

  test('and waits at a stop is tried once more, then told as lost', async () => {
    const { models, lost, lines } = open(() => away);
    await expect(models.settle('a', settlement)).rejects.toThrow(away);
    await models.close();
    expect([lost.length, models.waiting()]).toEqual([1, 0]);
    expect(lines.join('')).toContain('LEDGER_COST_LOST');
  });

  test('a saving that cannot be counted is said and throws at nobody', async () => {
    const { models, lines, turn } = open(() => undefined);
    models.avoided(tags, { provider: 'gemini', model: 'm', nano: 5n });
    await turn();
    expect(lines.join('')).toContain('LEDGER_SAVING_LOST');
  });
});
