import type { Period } from '../ledger/budget.ts';
import { budgetScopes } from '../ledger/budget-scopes.ts';
import type { BudgetTags } from '../ledger/ledger.ts';

export type ModelHold = {
  state: 'held' | 'settled' | 'voided' | 'expired' | 'late';
  nano: bigint;
  day: string;
  tags: BudgetTags;
  reservedAt: number;
  /** Its lifetime is over, but nobody has swept yet. */
  due: boolean;
};

type Amounts = { spent: bigint; reserved: bigint };

/** The ledger as the state machine says it, in memory: what a test compares the real one with. */
export class LedgerModel {
  readonly holds = new Map<string, ModelHold>();
  readonly caps = new Map<string, bigint>();
  readonly counters = new Map<string, Amounts>();
  day: string;
  lines = 0;

  constructor(day: string, dailyNano: bigint) {
    this.day = day;
    this.caps.set(`day|global`, dailyNano);
  }

  /** The scope and period that refuse, or undefined when it is held. */
  reserve(id: string, nano: bigint, tags: BudgetTags): { scope: string; period: Period } | undefined {
    let refusal = this.refusal(nano, tags);
    if (refusal !== undefined) {
      this.sweep();
      refusal = this.refusal(nano, tags);
    }
    if (refusal !== undefined) return refusal;
    this.holds.set(id, { state: 'held', nano, day: this.day, tags, reservedAt: 0, due: false });
    this.add(this.day, tags, { spent: 0n, reserved: nano });
    return undefined;
  }

  settle(id: string, actual: bigint): { changed: boolean; kind: 'settled' | 'late' | 'voided' } {
    const hold = this.holds.get(id);
    if (hold === undefined) throw new Error('not in the model');
    if (hold.state !== 'held' && hold.state !== 'expired') return { changed: false, kind: hold.state };
    const isHeld = hold.state === 'held';
    hold.state = isHeld ? 'settled' : 'late';
    this.lines += 1;
    this.add(hold.day, hold.tags, { spent: actual, reserved: isHeld ? -hold.nano : 0n });
    return { changed: true, kind: hold.state };
  }

  void(id: string): boolean {
    const hold = this.holds.get(id);
    if (hold?.state !== 'held') return false;
    hold.state = 'voided';
    this.add(hold.day, hold.tags, { spent: 0n, reserved: -hold.nano });
    return true;
  }

  sweep(): number {
    const due = [...this.holds.values()].filter((hold) => hold.state === 'held' && hold.due);
    for (const hold of due) {
      hold.state = 'expired';
      this.add(hold.day, hold.tags, { spent: 0n, reserved: -hold.nano });
    }
    return due.length;
  }

  private refusal(nano: bigint, tags: BudgetTags): { scope: string; period: Period } | undefined {
    for (const scope of budgetScopes(tags)) {
      for (const period of ['day', 'month'] as const) {
        const cap = this.caps.get(`${period}|${scope}`);
        const key = period === 'day' ? this.day : this.day.slice(0, 7);
        const { spent, reserved } = this.counters.get(`${key}|${scope}`) ?? { spent: 0n, reserved: 0n };
        if (cap !== undefined && spent + reserved + nano > cap) return { scope, period };
      }
    }
    return undefined;
  }

  private add(day: string, tags: BudgetTags, { spent, reserved }: Amounts): void {
    for (const scope of budgetScopes(tags)) {
      for (const key of [day, day.slice(0, 7)]) {
        const before = this.counters.get(`${key}|${scope}`) ?? { spent: 0n, reserved: 0n };
        this.counters.set(`${key}|${scope}`, { spent: before.spent + spent, reserved: before.reserved + reserved });
      }
    }
  }
}
