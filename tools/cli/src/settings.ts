import { path, variable } from '@nexus/runtime';
import { noticeVariables } from '@nexus/runtime/outbound';

const group = 'Spending';

/** What commands read from the environment and no process of the product does. */
export const settingsVariables = {
  LLM_COST_LEDGER_PATH: variable({
    group,
    type: path,
    default: 'logs/llm_cost_ledger.jsonl',
    text: 'where nexus ledger export writes the cost ledger',
  }),
  LLM_AUDIT_LOG_PATH: variable({
    group,
    type: path,
    default: 'logs/llm_audit.jsonl',
    text: 'where nexus ledger export writes the audit of model calls',
  }),
  ...noticeVariables,
};
