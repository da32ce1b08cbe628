import type { Routes } from '@nexus/contracts';
import type { Clock, Logger } from '@nexus/runtime';
import type { Handlers } from '@nexus/runtime/http';
import { createBudgetHandlers } from './budget-handlers.ts';
import type { Finops } from './create-finops.ts';
import { ledgerPage } from './ledger-page.ts';
import { spendSummary } from './spend-summary.ts';

type FinopsRoutes = Pick<
  Routes,
  'finopsSummary' | 'finopsBudgets' | 'finopsPutBudget' | 'finopsDeleteBudget' | 'finopsLedger'
>;

/** What was spent on models, and what may be (docs/finops.md). */
export function createFinopsHandlers(finops: Finops, ports: { logger: Logger; now: Clock }): Handlers<FinopsRoutes> {
  return {
    ...createBudgetHandlers(finops, ports),
    finopsSummary: ({ query }) => spendSummary(finops, query, ports.now()),
    finopsLedger: ({ query }) => ledgerPage(finops, query, ports.now()),
  };
}
