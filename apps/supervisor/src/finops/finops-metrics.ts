import { bounded, defineMetric, type Metrics } from '@nexus/runtime';
import type { Settlement } from '@nexus/llm-router';
import { anomalyMetricDefinitions } from './anomaly/anomaly-metrics.ts';

/** Metrics of what models cost (contract 7), as data for the supervisor's registry. */
export const finopsMetricDefinitions = {
  ...anomalyMetricDefinitions,
  llmCost: defineMetric({
    kind: 'counter',
    name: 'nexus_llm_cost_usd_total',
    help: 'Cost that the ledger has counted, in USD; approx 1 = counted by characters because the provider did not say.',
    labels: {
      provider: bounded(10),
      model: bounded(100),
      purpose: bounded(200),
      team: bounded(200),
      project: bounded(200),
      approx: bounded(2),
    },
  }),
  finopsWaiting: defineMetric({
    kind: 'gauge',
    name: 'nexus_finops_costs_waiting',
    help: 'Costs that wait in this process until the store can take them.',
    labels: {},
  }),
  finopsLost: defineMetric({
    kind: 'counter',
    name: 'nexus_finops_costs_lost_total',
    help: 'Costs that the ledger could not count and never will; each is in the log as LEDGER_COST_LOST.',
    labels: {},
  }),
  ledgerSealed: defineMetric({
    kind: 'counter',
    name: 'nexus_ledger_sealed_total',
    help: 'Records this process chained and wrote to files, by chain: ledger or audit.',
    labels: { kind: bounded(2) },
  }),
  ledgerSealFailed: defineMetric({
    kind: 'counter',
    name: 'nexus_ledger_seal_failed_total',
    help: 'Runs of the sealer that failed in this process, by chain; records wait in the store meanwhile.',
    labels: { kind: bounded(2) },
  }),
  budgetSpent: defineMetric({
    kind: 'gauge',
    name: 'nexus_llm_budget_spent_usd',
    help: 'What is spent of the budget of the day or month, over every process.',
    labels: { period: bounded(2), scope: bounded(200) },
  }),
  budgetReserved: defineMetric({
    kind: 'gauge',
    name: 'nexus_llm_budget_reserved_usd',
    help: 'What running calls hold of the budget of the day or month, over every process.',
    labels: { period: bounded(2), scope: bounded(200) },
  }),
  budgetLimit: defineMetric({
    kind: 'gauge',
    name: 'nexus_llm_budget_limit_usd',
    help: 'The hard limit of the budget of the day or month.',
    labels: { period: bounded(2), scope: bounded(200) },
  }),
};

export type FinopsMetrics = Metrics<typeof finopsMetricDefinitions>['handles'];

/** Counts a cost that the ledger has counted: both tell the same sum. */
export function countSettlement(metrics: Pick<FinopsMetrics, 'llmCost'>, settlement: Settlement): void {
  const { provider, model, approx, actual_nano, tags } = settlement;
  const { purpose, team, project } = tags;
  const labels = { provider, model, purpose, team, project, approx: approx ? '1' : '0' };
  metrics.llmCost.increment(labels, Number(actual_nano) / 1e9);
}
