import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { addDays, type Calendar } from '@nexus/finops';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import fc from 'fast-check';
import { cost, type LedgerFixture, openLedger, request } from '../testing/ledger-fixture.ts';
import { LedgerModel } from '../testing/ledger-model.ts';
import { shiftedCalendar, type ShiftedCalendar } from '../testing/shifted-calendar.ts';
import { createLedgerIn } from './create-ledger.ts';
import { ledgerKeys } from './ledger-keys.ts';
import type { BudgetTags, Ledger } from './ledger.ts';
import { readMonth } from './read-counters.ts';

jest.setTimeout(60_000);

const CAP = 1000n;
const FIRST = '2026-11-10';
const LAST = '2026-11-19';

let server: TestRedis;
let fixture: LedgerFixture;
beforeAll(async () => {
  server = await startTestRedis();
  fixture = await openLedger(server.url);
});
afterAll(async () => {
  fixture.close();
  await server.stop();
});

type Real = { ledger: Ledger; calendar: ShiftedCalendar };
type Command = fc.AsyncCommand<LedgerModel, Real>;

const TAGS: BudgetTags[] = [
  { team: 'ops', project: 'nexus', purpose: 'chat' },
  { team: 'ops', project: 'rehearsal', purpose: 'chat' },
  { team: 'sales', project: 'nexus', purpose: 'extract' },
];

function tagsOf(place: number): BudgetTags {
  return TAGS[place % TAGS.length] ?? { team: '', project: '', purpose: '' };
}

/** Every counter of the real ledger is that of the model, and none is negative (P1, P2, P7, P8). */
async function expectSame(model: LedgerModel): Promise<void> {
  const hash = await fixture.redis.hgetallBuffer(ledgerKeys.budget(FIRST.slice(0, 7)));
  const { days, month } = readMonth(FIRST.slice(0, 7), Object.entries(hash));
  const real = new Map<string, { spent: bigint; reserved: bigint }>();
  function add(key: string, counter: { spent: number; reserved: number }): void {
    real.set(key, { spent: BigInt(counter.spent), reserved: BigInt(counter.reserved) });
  }
  for (const [scope, counter] of month) add(`2026-11|${scope}`, counter);
  for (const [day, scopes] of days) for (const [scope, counter] of scopes) add(`2026-11-${day}|${scope}`, counter);
  for (const [key, counter] of model.counters) {
    expect([key, real.get(key) ?? { spent: 0n, reserved: 0n }]).toEqual([key, counter]);
    real.delete(key);
  }
  const open = [...model.holds.entries()].filter(([, { state }]) => state === 'held').map(([id]) => id);
  expect((await fixture.redis.zrange(ledgerKeys.holds, '0', '-1')).sort()).toEqual(open.sort());
  expect([...real.values()].every(({ spent, reserved }) => spent === 0n && reserved === 0n)).toBe(true);
}

function command(name: string, run: Command['run']): Command {
  return { check: () => true, run, toString: () => name };
}

function known(model: LedgerModel, place: number): string | undefined {
  return [...model.holds.keys()][place % Math.max(1, model.holds.size)];
}

/** Lost replies make callers ask again: the second answer is the first (P4). */
function reserveCommand(nano: bigint, tags: number, again: boolean): Command {
  return command(`reserve ${nano} ${tags} ${again}`, async (model, { ledger }) => {
    const id = `r${model.holds.size}-${nano}`;
    if (model.holds.has(id)) return;
    const refusal = model.reserve(id, nano, tagsOf(tags));
    const asked = request(id, nano, { tags: tagsOf(tags) });
    const answer = await ledger.reserve(asked);
    expect(answer?.ok === false ? { scope: answer.scope, period: answer.period } : undefined).toEqual(refusal);
    const hold = model.holds.get(id);
    if (answer?.ok === true && hold !== undefined) {
      hold.reservedAt = answer.reserved_at;
      if (again) expect(await ledger.reserve(asked)).toEqual(answer);
    }
    await expectSame(model);
  });
}

function settleCommand(place: number, actual: bigint): Command {
  return command(`settle ${place} ${actual}`, async (model, { ledger }) => {
    const id = known(model, place);
    const hold = model.holds.get(id ?? '');
    if (id === undefined || hold === undefined) return;
    const settlement = cost(actual, { reserved_at: hold.reservedAt, tags: hold.tags });
    expect(await ledger.settle(id, settlement)).toEqual(model.settle(id, actual));
    await expectSame(model);
  });
}

function voidCommand(place: number): Command {
  return command(`void ${place}`, async (model, { ledger }) => {
    const id = known(model, place) ?? 'none';
    expect(await ledger.void(id)).toEqual({ changed: model.void(id) });
    await expectSame(model);
  });
}

function ageCommand(place: number): Command {
  return command(`age ${place}`, async (model) => {
    const id = known(model, place);
    const hold = model.holds.get(id ?? '');
    if (id === undefined || hold === undefined) return;
    hold.due = true;
    await fixture.age(id);
  });
}

const sweepCommand = command('sweep', async (model, { ledger }) => {
  expect(await ledger.sweep()).toEqual({ expired: model.sweep(), more: false, broken: [] });
  await expectSame(model);
});

function turnCommand(days: number): Command {
  return command(`turn ${days}`, async (model, { calendar }) => {
    const day = addDays(model.day, days);
    if (day < FIRST || day > LAST) return;
    model.day = day;
    calendar.turn(days);
  });
}

function capCommand(scope: string, period: 'day' | 'month', nano: bigint): Command {
  return command(`cap ${period} ${scope} ${nano}`, async (model, { ledger }) => {
    model.caps.set(`${period}|${scope}`, nano);
    expect(await ledger.setCap(period, scope, { hard_nano: nano, soft_nano: nano })).toBe('changed');
  });
}

const reconcileCommand = command('reconcile', async (model, { ledger }) => {
  expect(await ledger.reconcile(FIRST, LAST)).toEqual({ differences: [], lines: model.lines, unchecked: [] });
});

const amount = fc.bigInt({ min: 0n, max: 400n });
const place = fc.nat({ max: 30 });
const commands = fc.commands(
  [
    fc.tuple(amount, place, fc.boolean()).map((values) => reserveCommand(...values)),
    fc.tuple(amount, place, fc.boolean()).map((values) => reserveCommand(...values)),
    fc.tuple(place, amount).map((values) => settleCommand(...values)),
    place.map(voidCommand),
    place.map(ageCommand),
    fc.constant(sweepCommand),
    fc.constantFrom(1, 1, 1, 2, -1).map(turnCommand),
    fc
      .tuple(
        fc.constantFrom('team:ops', 'project:ops/nexus', 'purpose:chat', 'team:sales'),
        fc.constantFrom('day' as const, 'month' as const),
        fc.bigInt({ min: 0n, max: 1500n }),
      )
      .map((values) => capCommand(...values)),
    fc.constant(reconcileCommand),
  ],
  { maxCommands: 60, size: 'max' },
);

test('whatever is reserved, settled, given back, expires and turns over: every number is that of the state machine', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      await fixture.redis.flushall();
      const calendar = shiftedCalendar(FIRST);
      const ledger = openIn(calendar);
      await fc.asyncModelRun(
        () => ({ model: new LedgerModel(FIRST, CAP), real: { ledger, calendar } }),
        [...sequence, reconcileCommand],
      );
    }),
    { numRuns: 80 },
  );
});

function openIn(calendar: Calendar): Ledger {
  return createLedgerIn(calendar, fixture.redis, {
    dailyNano: CAP,
    softFraction: 1,
    hardFraction: 1,
    now: Date.now,
  });
}

test('however calls interleave, no cap is passed and what is settled is counted once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(
        fc.record({
          estimate: fc.bigInt({ min: 0n, max: 600n }),
          tags: place,
          steps: fc.array(fc.constantFrom('settle' as const, 'void' as const, 'age' as const, 'sweep' as const), {
            maxLength: 4,
          }),
        }),
        { minLength: 2, maxLength: 20, size: 'max' },
      ),
      async (scheduler, calls) => {
        await fixture.redis.flushall();
        const calendar = shiftedCalendar(FIRST);
        const ledger = openIn(calendar);
        await ledger.setCap('day', 'team:ops', { hard_nano: 700n, soft_nano: 700n });
        let spent = 0n;
        async function within(): Promise<void> {
          const rows = await ledger.budgets();
          const over = rows.filter(
            (row) => row.hard_nano !== null && row.spent_nano + row.reserved_nano > row.hard_nano,
          );
          expect(over).toEqual([]);
        }
        async function run({ estimate, tags, steps }: (typeof calls)[number], place: number): Promise<void> {
          const id = `r${place}`;
          const asked = request(id, estimate, { tags: tagsOf(tags) });
          const reservation = await scheduler.schedule(ledger.reserve(asked));
          await within();
          if (reservation?.ok !== true) return;
          // Late ones have no hold any more and may pass a cap: then the hold had to be settled before it expired.
          const settles = steps.includes('age') ? steps.filter((step) => step !== 'settle') : steps;
          for (const step of settles) {
            if (step === 'age') await fixture.age(id);
            if (step === 'sweep') await scheduler.schedule(ledger.sweep());
            if (step === 'void') await scheduler.schedule(ledger.void(id));
            if (step === 'settle') {
              const { reserved_at } = reservation;
              const settlement = cost(estimate, { reserved_at, tags: tagsOf(tags) });
              if ((await scheduler.schedule(ledger.settle(id, settlement))).changed) spent += estimate;
            }
            await within();
          }
        }
        await scheduler.waitFor(Promise.all(calls.map(run)));
        const total = (await ledger.budgets()).find(({ scope, period }) => scope === 'global' && period === 'day');
        expect(total?.spent_nano ?? 0n).toBe(spent);
        expect((await ledger.reconcile(FIRST, FIRST)).differences).toEqual([]);
      },
    ),
    { numRuns: 40 },
  );
});
