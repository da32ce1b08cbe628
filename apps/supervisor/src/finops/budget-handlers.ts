import type { Budget, ProblemReply, Routes } from '@nexus/contracts';
import { nanoToUsd, usdToNano } from '@nexus/finops';
import type { BudgetRow } from '@nexus/finops-ledger';
import { iso, type Clock, type Logger } from '@nexus/runtime';
import type { Handlers } from '@nexus/runtime/http';
import type { Finops } from './create-finops.ts';

type BudgetRoutes = Pick<Routes, 'finopsBudgets' | 'finopsPutBudget' | 'finopsDeleteBudget'>;

const ofSetting: ProblemReply<'BUDGET_DECLARED_ELSEWHERE'> = {
  problem: 'BUDGET_DECLARED_ELSEWHERE',
  message: 'the daily budget of everything is LLM_BUDGET_DAILY_USD; change it there and restart',
};
const ofFile: ProblemReply<'BUDGET_DECLARED_ELSEWHERE'> = {
  problem: 'BUDGET_DECLARED_ELSEWHERE',
  message: 'the budgets file declares this budget; change it there and restart',
};

/** Budgets: read by everybody who operates, changed where they were declared. */
export function createBudgetHandlers(
  { ledger, calendar }: Pick<Finops, 'ledger' | 'calendar'>,
  { logger, now }: { logger: Logger; now: Clock },
): Handlers<BudgetRoutes> {
  async function list(): Promise<Budget[]> {
    return (await ledger.budgets(now())).flatMap((row) => budgetOf(row) ?? []);
  }

  return {
    async finopsBudgets() {
      return { status: 200, body: { time_zone: calendar.zone, budgets: await list() } };
    },

    async finopsPutBudget({ body, credential, requestId }) {
      const { period, scope, hard_usd, soft_ratio } = body;
      const hard_nano = usdToNano(hard_usd);
      if (hard_nano === undefined) throw new Error('an amount passed its schema and is none');
      if (isSetting(period, scope)) return ofSetting;
      const soft_nano = (hard_nano * BigInt(Math.round(soft_ratio * 1_000_000))) / 1_000_000n;
      if ((await ledger.setCap(period, scope, { hard_nano, soft_nano })) === 'owned_by_file') return ofFile;
      const by = credential?.fingerprint;
      logger.info('A budget was set', {
        event: 'BUDGET_SET',
        period,
        scope,
        hard_usd,
        soft_ratio,
        by,
        request_id: requestId,
      });
      const set = (await list()).find((budget) => budget.period === period && budget.scope === scope);
      if (set === undefined) throw new Error('the budget that was just set is not listed');
      return { status: 200, body: set };
    },

    async finopsDeleteBudget({ query: { period, scope }, credential, requestId }) {
      if (isSetting(period, scope)) return ofSetting;
      const change = await ledger.deleteCap(period, scope);
      if (change === 'owned_by_file') return ofFile;
      if (change === 'unknown') return { problem: 'NOT_FOUND', message: 'there is no such budget' };
      const by = credential?.fingerprint;
      logger.info('A budget was removed', { event: 'BUDGET_REMOVED', period, scope, by, request_id: requestId });
      return { status: 204 };
    },
  };
}

function isSetting(period: string, scope: string): boolean {
  return period === 'day' && scope === 'global';
}

/** Undefined for what is counted without a limit. */
function budgetOf(row: BudgetRow): Budget | undefined {
  const { period, scope, source, key, ends_at, hard_nano, soft_nano, spent_nano, reserved_nano } = row;
  if (source === null || hard_nano === null) return undefined;
  const rest = hard_nano - spent_nano - reserved_nano;
  const left = rest > 0n ? rest : 0n;
  const soft = soft_nano ?? hard_nano;
  return {
    ...{ period, scope, source, key, ends_at: iso(ends_at) },
    ...{ hard_nano: String(hard_nano), hard_usd: nanoToUsd(hard_nano) },
    ...{ soft_nano: String(soft), soft_usd: nanoToUsd(soft) },
    ...{ spent_nano: String(spent_nano), spent_usd: nanoToUsd(spent_nano) },
    ...{ reserved_nano: String(reserved_nano), reserved_usd: nanoToUsd(reserved_nano) },
    ...{ left_nano: String(left), left_usd: nanoToUsd(left) },
  };
}
