import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LedgerPort, ReserveRequest, Settlement } from '../guards/ledger-port.ts';
import type { CallTags } from '../routing/router-ports.ts';

/** A ledger under test: its budget, its clock, and what its current day says. */
export type LedgerUnderTest = {
  ledger: LedgerPort;
  /** The ledger's time, milliseconds since 1970. */
  now: () => number;
  /** Moves the ledger's clock. */
  advance: (seconds: number) => void | Promise<void>;
  day: () => Promise<{ spent: bigint; reserved: bigint }> | { spent: bigint; reserved: bigint };
};

/** Opens an empty ledger whose calendar says noon, with hard = 100 % and soft = 80 % of `dailyNano`. */
export type OpenLedger = (dailyNano: bigint) => Promise<LedgerUnderTest> | LedgerUnderTest;

/** What every ledger given to the router must keep. Call inside a test file. */
export function describeLedger(name: string, open: OpenLedger): void {
  describe(`ledger: ${name}`, () => {
    test('a reservation up to the whole budget is given, one nano more is refused', async () => {
      const { ledger, day } = await open(1000n);
      expect(await ledger.reserve(request('a', 1000n))).toMatchObject({ ok: true, reservation_id: 'a' });
      const refused = await ledger.reserve(request('b', 1n));
      expect(refused).toMatchObject({ ok: false, reason: expect.stringMatching(/^budget_hard_exceeded projected=/) });
      expect(refused.ok ? 0 : refused.retryAfterSeconds).toBe(43_200);
      expect(await day()).toMatchObject({ spent: 0n, reserved: 1000n });
    });

    test('a budget of nothing spends nothing', async () => {
      const { ledger } = await open(0n);
      expect(await ledger.reserve(request('a', 1n))).toMatchObject({ ok: false });
    });

    test('beyond the soft part it is given and said', async () => {
      const { ledger } = await open(20_000_000_000n);
      expect(await ledger.reserve(request('a', 16_000_000_000n))).toMatchObject({ reason: 'ok', soft: false });
      expect(await ledger.reserve(request('b', 500_000_000n))).toMatchObject({
        soft: true,
        reason: 'budget_soft_exceeded projected=16.5 daily=20',
      });
    });

    test('reserving again by the same id reserves once', async () => {
      const { ledger, day } = await open(1000n);
      const first = await ledger.reserve(request('a', 600n));
      expect(await ledger.reserve(request('a', 600n))).toEqual(first);
      expect((await day()).reserved).toBe(600n);
    });

    test('settling twice counts once', async () => {
      const { ledger, day } = await open(1000n);
      await ledger.reserve(request('a', 600n));
      expect(await ledger.settle('a', cost(200n))).toEqual({ changed: true });
      expect(await ledger.settle('a', cost(200n))).toEqual({ changed: false });
      expect(await day()).toMatchObject({ spent: 200n, reserved: 0n });
    });

    test('void after settle takes nothing back; settle after void counts nothing', async () => {
      const { ledger, day } = await open(1000n);
      await ledger.reserve(request('a', 600n));
      await ledger.settle('a', cost(200n));
      expect(await ledger.void('a')).toEqual({ changed: false });
      await ledger.reserve(request('b', 100n));
      expect(await ledger.void('b')).toEqual({ changed: true });
      expect(await ledger.settle('b', cost(100n))).toEqual({ changed: false });
      expect(await day()).toMatchObject({ spent: 200n, reserved: 0n });
    });

    test('a reservation whose caller died expires; settled late it still counts', async () => {
      const { ledger, advance, day } = await open(1000n);
      await ledger.reserve(request('a', 900n));
      await advance(121);
      expect((await day()).reserved).toBe(0n);
      expect(await ledger.reserve(request('b', 900n))).toMatchObject({ ok: true });
      expect(await ledger.settle('a', cost(50n))).toEqual({ changed: true });
      expect(await day()).toMatchObject({ spent: 50n, reserved: 900n });
    });

    test('a reservation belongs to the day it was made in', async () => {
      const { ledger, advance, day } = await open(1000n);
      await ledger.reserve({ ...request('a', 900n), lifetime_s: 86_400 });
      await advance(43_201);
      expect(await day()).toMatchObject({ spent: 0n, reserved: 0n });
      await ledger.settle('a', cost(900n));
      expect(await day()).toMatchObject({ spent: 0n, reserved: 0n });
      expect(await ledger.reserve(request('b', 1000n))).toMatchObject({ ok: true });
    });

    test('money of a reservation the ledger has lost is counted once, on its day; voiding it changes nothing', async () => {
      const { ledger, day, now } = await open(1000n);
      expect(await ledger.void('a')).toEqual({ changed: false });
      const lost = { ...cost(5n), reserved_at: now() };
      expect(await ledger.settle('a', lost)).toEqual({ changed: true });
      expect(await ledger.settle('a', lost)).toEqual({ changed: false });
      expect(await day()).toMatchObject({ spent: 5n, reserved: 0n });
    });

    test('spent and reserved never pass the hard limit, however calls interleave', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          fc.array(callPlan, { minLength: 1, maxLength: 25, size: 'max' }),
          async (scheduler, plans) => {
            const { ledger, day } = await open(1000n);
            let spent = 0n;
            async function run(plan: CallPlan, id: number): Promise<void> {
              const estimate = BigInt(plan.estimate);
              const reserved = await scheduler.schedule(ledger.reserve(request(`r${id}`, estimate)));
              await within();
              if (!reserved.ok) return;
              const actual = (estimate * BigInt(plan.percent)) / 100n;
              for (const step of plan.steps) {
                const done = scheduler.schedule(
                  step === 'settle' ? ledger.settle(`r${id}`, cost(actual)) : ledger.void(`r${id}`),
                );
                if ((await done).changed && step === 'settle') spent += actual;
                await within();
              }
            }
            async function within(): Promise<void> {
              const today = await day();
              expect(today.spent + today.reserved <= 1000n).toBe(true);
            }
            const all = Promise.all(plans.map(run));
            await scheduler.waitFor(all);
            expect((await day()).spent).toBe(spent);
          },
        ),
        { numRuns: 60 },
      );
    });
  });
}

type CallPlan = { estimate: number; percent: number; steps: ('settle' | 'void')[] };
const callPlan: fc.Arbitrary<CallPlan> = fc.record({
  estimate: fc.integer({ min: 0, max: 600 }),
  percent: fc.integer({ min: 0, max: 100 }),
  steps: fc.array(fc.constantFrom<('settle' | 'void')[]>('settle', 'void'), { maxLength: 3 }),
});

const tags: CallTags = {
  team: 'ops',
  project: 'nexus',
  purpose: 'test',
  task_id: null,
  caller: 'user',
  prompt_fp: '0123456789abcdef',
};

function request(reservation_id: string, estimate_nano: bigint): ReserveRequest {
  return { reservation_id, estimate_nano, tags, lifetime_s: 120 };
}

function cost(actual_nano: bigint): Settlement {
  return {
    tags,
    reserved_at: 0,
    estimated_nano: actual_nano,
    actual_nano,
    list_nano: actual_nano,
    provider: 'gemini',
    model: 'test',
    usage: { input: 1, cache_read: 0, cache_write: 0, output: 1, reasoning: 0 },
    approx: false,
    wasted: false,
    price_source: 'base',
    price_version: null,
    key_id: 'k1',
    latency_ms: 5,
    budget_reason: 'ok',
  };
}
