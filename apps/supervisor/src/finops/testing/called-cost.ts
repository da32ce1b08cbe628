import type { Settlement } from '@nexus/llm-router';

/** What the call of riding-caller.ts costs; reserved at an instant that its ledger tells. */
export const calledCost: Omit<Settlement, 'reserved_at'> = {
  tags: {
    ...{ team: 'ops', project: 'nexus', purpose: 'test', task_id: null },
    ...{ caller: null, prompt_fp: '0123456789abcdef' },
  },
  ...{ estimated_nano: 900n, actual_nano: 500n, list_nano: 500n, provider: 'gemini', model: 'm' },
  usage: { input: 1, cache_read: 0, cache_write: 0, output: 1, reasoning: 0 },
  ...{ approx: false, wasted: false, price_source: 'book', price_version: '1', key_id: 'k', latency_ms: 1 },
  budget_reason: 'ok',
};
