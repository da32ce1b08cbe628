import { describe, expect, test } from '@jest/globals';
import { createPriceOf, type Price } from '@nexus/finops';
import { createMemoryLedger } from '../guards/memory-ledger.ts';
import type { ModelRequest, Usage } from '../model.ts';
import { CallBudget } from './call-budget.ts';
import type { CallTags, RouterPorts } from './router-ports.ts';
import { noUsage, promptTokenCeiling } from './token-estimate.ts';

const MIDNIGHT = Date.parse('2027-01-01T00:00:00Z');
const tags: CallTags = {
  ...{ team: 't', project: 'p', purpose: 'u', task_id: null },
  ...{ caller: null, prompt_fp: '0123456789abcdef' },
};
const request: ModelRequest = {
  ...{ model: 'gemini-3.8-flash', max_tokens: 1000, temperature: 0 },
  messages: [{ role: 'user', content: 'a prompt of some length '.repeat(100) }],
};
const models = [{ provider: 'gemini', model: request.model }] as const;

describe('the money of a call', () => {
  test('a call is settled at the prices it was reserved at, though they rise while it runs', async () => {
    const { ledger, settle, clock } = open();
    clock.now = MIDNIGHT - 1;
    const usage = { ...noUsage, input: promptTokenCeiling(request), output: request.max_tokens };
    const { estimated, actual } = await settle(usage, () => (clock.now = MIDNIGHT + 1));
    expect(actual).toBe(estimated);
    expect(estimated).toBe(750n * BigInt(usage.input) + 3750n * 1000n);
    expect(ledger.day(MIDNIGHT - 1)).toMatchObject({ spent: actual, reserved: 0n });
  });

  test('the reservation covers a prompt that is written to a dearer cache', async () => {
    const price: Price = {
      ...{ input: 1000n, cache_read: 100n, cache_write: 1250n, output: 2000n },
      ...{ tiers: [], source: 'book', version: '1' },
    };
    const { settle } = open({ priceOf: () => price });
    const { estimated, actual } = await settle({ ...noUsage, cache_write: promptTokenCeiling(request), output: 1000 });
    expect(actual).toBe(estimated);
  });

  test('the reservation covers the tier a long prompt reaches', async () => {
    const price: Price = {
      ...{ input: 1000n, cache_read: 100n, cache_write: 1000n, output: 2000n },
      tiers: [{ above_input_tokens: 10, input: 2000n, cache_read: 200n, cache_write: 2000n, output: 3000n }],
      ...{ source: 'book', version: '1' },
    };
    const { settle } = open({ priceOf: () => price });
    const { estimated, actual } = await settle({ ...noUsage, input: promptTokenCeiling(request), output: 1000 });
    expect(actual).toBe(estimated);
  });
});

function open(over: Partial<Pick<RouterPorts, 'priceOf'>> = {}) {
  const clock = { now: MIDNIGHT };
  const now = () => clock.now;
  const ledger = createMemoryLedger({ dailyNano: 10n ** 12n, softFraction: 1, hardFraction: 1, now });
  const ports = {
    ledger,
    priceOf: createPriceOf({}),
    keyOf: () => undefined,
    newId: () => 'r',
    onEvent: () => {},
    now,
  };

  async function settle(usage: Usage, meanwhile: () => void = () => {}) {
    const budget = new CallBudget({ ...ports, ...over }, tags);
    await budget.reserve(() => budget.estimate(request, models), 60);
    meanwhile();
    budget.settle({ provider: 'gemini', request, usage, text: '', latencyMs: 1, wasted: false });
    await budget.settled();
    const settled = ledger.settlements[0];
    return { estimated: settled?.estimated_nano, actual: settled?.actual_nano };
  }

  return { clock, ledger, settle };
}
