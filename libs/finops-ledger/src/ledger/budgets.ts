import { type Calendar, lastDayOf, monthOf } from '@nexus/finops';
import type { Redis } from 'ioredis';
import { assertCap, type BudgetRow, type Cap, type CapChange, type DeclaredCap, type Period } from './budget.ts';
import { isBudgetScope } from './budget-scopes.ts';
import { corruptValue } from './ledger-fault.ts';
import { ledgerKeys } from './ledger-keys.ts';
import type { RunScript } from './ledger-scripts.ts';
import { type Counter, readMonth } from './read-counters.ts';

export type BudgetReaderOptions = { redis: Redis; calendar: Calendar; globalDay: Cap };

type SourcedCap = Cap & { source: 'file' | 'api' };
type Caps = Record<Period, Map<string, SourcedCap>>;

/** See Ledger.budgets. Ordered by period, then by scope with `global` first. */
export async function readBudgets(
  at: number,
  { redis, calendar, globalDay }: BudgetReaderOptions,
): Promise<BudgetRow[]> {
  const day = calendar.dayOf(at);
  const month = monthOf(day);
  const [hash, written] = await Promise.all([
    redis.hgetallBuffer(ledgerKeys.budget(month)),
    redis.hgetall(ledgerKeys.caps),
  ]);
  const counters = readMonth(month, Object.entries(hash));
  const caps = readCaps(written);
  const today = { period: 'day', key: day, starts_at: calendar.startOf(day), ends_at: calendar.endOf(day) } as const;
  const whole = {
    period: 'month',
    key: month,
    starts_at: calendar.startOf(`${month}-01`),
    ends_at: calendar.endOf(lastDayOf(month)),
  } as const;
  const dayCaps = new Map<string, AnyCap>([...caps.day, ['global', { ...globalDay, source: 'setting' }]]);
  return [
    ...rowsOf(today, counters.days.get(day.slice(8)) ?? new Map<string, Counter>(), dayCaps),
    ...rowsOf(whole, counters.month, caps.month),
  ];
}

type Frame = Pick<BudgetRow, 'period' | 'key' | 'starts_at' | 'ends_at'>;
type AnyCap = Cap & { source: BudgetRow['source'] };

function rowsOf(frame: Frame, counters: Map<string, Counter>, caps: ReadonlyMap<string, AnyCap>): BudgetRow[] {
  const scopes = [...new Set([...caps.keys(), ...counters.keys()])].sort(globalFirst);
  return scopes.map((scope) => {
    const { hard_nano = null, soft_nano = null, source = null } = caps.get(scope) ?? {};
    const { spent, reserved } = counters.get(scope) ?? { spent: 0, reserved: 0 };
    return {
      ...frame,
      scope,
      source,
      hard_nano,
      soft_nano,
      spent_nano: BigInt(spent),
      reserved_nano: BigInt(reserved),
    };
  });
}

function globalFirst(left: string, right: string): number {
  if (left === 'global' || right === 'global') return left === right ? 0 : left === 'global' ? -1 : 1;
  return left < right ? -1 : 1;
}

function readCaps(written: Record<string, string>): Caps {
  const caps: Caps = { day: new Map(), month: new Map() };
  for (const [scope, text] of Object.entries(written)) {
    const words = text.split(' ');
    if (words.length !== 6) throw corruptValue(ledgerKeys.caps, scope);
    for (const [period, place] of [
      ['day', 0],
      ['month', 3],
    ] as const) {
      const [hard = '', soft = '', source = ''] = words.slice(place, place + 3);
      if (source === '-') continue;
      if (!/^\d+$/.test(hard) || !/^\d+$/.test(soft)) throw corruptValue(ledgerKeys.caps, scope);
      caps[period].set(scope, { hard_nano: BigInt(hard), soft_nano: BigInt(soft), source: source as 'file' | 'api' });
    }
  }
  return caps;
}

/** How caps are changed; see Ledger. */
export type CapChanges = {
  setCap(period: Period, scope: string, cap: Cap): Promise<CapChange>;
  deleteCap(period: Period, scope: string): Promise<CapChange>;
  applyCapsFile(caps: readonly DeclaredCap[]): Promise<void>;
};

export function createCapChanges(run: RunScript): CapChanges {
  return {
    async setCap(period, scope, cap) {
      assertCap(cap);
      assertScope(period, scope);
      const { hard_nano, soft_nano } = cap;
      return (await run('cap', [ledgerKeys.caps], scope, period, String(hard_nano), String(soft_nano))) as CapChange;
    },
    async deleteCap(period, scope) {
      assertScope(period, scope);
      return (await run('cap', [ledgerKeys.caps], scope, period, '-', '-')) as CapChange;
    },
    async applyCapsFile(caps) {
      for (const cap of caps) {
        assertCap(cap);
        assertScope(cap.period, cap.scope);
      }
      const rows = caps.flatMap(({ scope, period, hard_nano, soft_nano }) =>
        [scope, period, hard_nano, soft_nano].map(String),
      );
      await run('declareCaps', [ledgerKeys.caps], ...rows);
    },
  };
}

function assertScope(period: Period, scope: string): void {
  if (!isBudgetScope(scope)) {
    throw new RangeError(
      'A budget is for global, team:<name>, project:<team>/<name>, purpose:<name> or key:<id>: name one of these.',
    );
  }
  if (period === 'day' && scope === 'global') {
    throw new RangeError('The daily budget of everything is LLM_BUDGET_DAILY_USD: change that setting.');
  }
}
