import { createCalendar } from '@nexus/finops';
import type { Ledger } from '@nexus/finops-ledger';
import type { Finops } from '../create-finops.ts';

function refuse(): never {
  throw new Error('this test spends nothing; run it on a real ledger');
}

const rider = { lua: '', keys: [], argument: refuse, read: refuse };

const ledger: Ledger = {
  riders: { reserve: rider, settle: rider },
  reserve: refuse,
  settle: refuse,
  void: refuse,
  avoided: refuse,
  sweep: () => Promise.resolve({ expired: 0, more: false, broken: [] }),
  budgets: () => Promise.resolve([]),
  setCap: refuse,
  deleteCap: refuse,
  applyCapsFile: () => Promise.resolve(),
  dayCells: refuse,
  hourCells: refuse,
  lines: refuse,
  months: refuse,
  counts: refuse,
  reconcile: refuse,
  rebuild: refuse,
};

/** The ledger of a supervisor that asks no models: nothing was spent, and whoever wants to spend is refused. */
export const idleFinops: Finops = {
  ledger,
  models: {
    reserve: refuse,
    settle: refuse,
    void: refuse,
    avoided: refuse,
    waiting: () => 0,
    close: () => Promise.resolve(),
  },
  calendar: createCalendar('UTC'),
  sealers: [],
  sealEverySeconds: 0,
  anomalies: { run: () => Promise.resolve(), observe: () => Promise.resolve() },
  watchEverySeconds: 0,
  applyBudgets: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
