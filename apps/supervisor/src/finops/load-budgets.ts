import { nanoToUsd } from '@nexus/finops';
import { LARGEST_CAP_NANO, parseBudgetsFile, type DeclaredCap } from '@nexus/finops-ledger';
import type { SettingRule, SettingValues } from '@nexus/runtime';
import { readSettingsFile } from '../settings-file.ts';
import type { llmVariables } from '../llm/llm-variables.ts';
import type { finopsVariables } from './finops-variables.ts';

/** The budgets of the file, or everything that is wrong with it. */
export type LoadedBudgets = { ok: true; budgets: readonly DeclaredCap[] } | { ok: false; problems: string[] };

type BudgetSettings = Pick<SettingValues<typeof finopsVariables>, 'LLM_BUDGETS_FILE'>;

/** Reads LLM_BUDGETS_FILE; no file is no budget. Synchronously: at the start only. */
export function loadBudgets({ LLM_BUDGETS_FILE: file }: BudgetSettings): LoadedBudgets {
  if (file === undefined) return { ok: true, budgets: [] };
  const text = readSettingsFile(file);
  if (!text.ok) return { ok: false, problems: [text.why] };
  const parsed = parseBudgetsFile(text.value);
  return parsed.ok ? { ok: true, budgets: parsed.caps } : parsed;
}

type BudgetVariables = Pick<typeof finopsVariables, 'LLM_BUDGETS_FILE'> &
  Pick<typeof llmVariables, 'LLM_BUDGET_DAILY_USD' | 'LLM_BUDGET_HARD_PCT'>;

/** A budgets file that cannot be used ends the start: half of the budgets would be worse than none. */
export const budgetRules: SettingRule<BudgetVariables>[] = [
  {
    names: ['LLM_BUDGETS_FILE'],
    accepted: 'the path of a budgets file as docs/finops.md describes it',
    problem(values) {
      const loaded = loadBudgets(values);
      return loaded.ok ? undefined : `cannot be used: ${loaded.problems.join('; ')}`;
    },
  },
  {
    names: ['LLM_BUDGET_DAILY_USD', 'LLM_BUDGET_HARD_PCT'],
    accepted: 'amounts whose product is at most 9000000 USD',
    problem({ LLM_BUDGET_DAILY_USD: daily, LLM_BUDGET_HARD_PCT: hard }) {
      const limit = (daily * BigInt(Math.round(hard * 1_000_000))) / 1_000_000n;
      return limit <= LARGEST_CAP_NANO
        ? undefined
        : `make a hard limit of more than ${nanoToUsd(LARGEST_CAP_NANO)} USD`;
    },
  },
];
