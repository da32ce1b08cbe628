import { bounded, defineMetric, type Metrics } from '@nexus/runtime';
import type { RouterEvent } from '@nexus/llm-router';

const provider = bounded(10);
const byModel = { provider, model: bounded(100) };
const purpose = bounded(200);

/** Metrics of the language models (contract 7), as data for the supervisor's registry. */
export const llmMetricDefinitions = {
  llmGenerate: defineMetric({
    kind: 'counter',
    name: 'nexus_llm_generate_total',
    help: 'Requests at the doors to the language models, by who answered and how it ended: ok, deduped, noop or an error code.',
    labels: { provider, outcome: bounded(40) },
  }),
  llmCall: defineMetric({
    kind: 'counter',
    name: 'nexus_llm_call_total',
    help: 'Calls of providers; every attempt counts.',
    labels: byModel,
  }),
  llmCallFail: defineMetric({
    kind: 'counter',
    name: 'nexus_llm_call_fail_total',
    help: 'Calls of providers that failed, by failure code.',
    labels: { ...byModel, reason: bounded(40) },
  }),
  llmCallLatency: defineMetric({
    kind: 'histogram',
    name: 'nexus_llm_call_latency_seconds',
    help: 'Time of a call of a provider to its whole answer.',
    labels: byModel,
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120],
  }),
  llmDedupeHits: defineMetric({
    kind: 'counter',
    name: 'nexus_llm_dedupe_hits_total',
    help: 'Calls answered from an equal call.',
    labels: { purpose },
  }),
  llmDedupeSets: defineMetric({
    kind: 'counter',
    name: 'nexus_llm_dedupe_sets_total',
    help: 'Answers kept for equal calls.',
    labels: { purpose },
  }),
  llmBreakerOpen: defineMetric({
    kind: 'gauge',
    name: 'nexus_llm_breaker_open',
    help: '1 while calls are kept away from a provider: circuit open, cooling, or no money; over every process.',
    labels: { provider },
  }),
};

export type LlmMetrics = Metrics<typeof llmMetricDefinitions>['handles'];

/** Counts what happened in the router. */
export function countEvent(metrics: LlmMetrics, event: RouterEvent): void {
  if (event.type === 'attempt') return countAttempt(metrics, event);
  if (event.type === 'dedupe_hit') return metrics.llmDedupeHits.increment({ purpose: event.tags.purpose });
  if (event.type === 'dedupe_set') metrics.llmDedupeSets.increment({ purpose: event.tags.purpose });
}

function countAttempt(metrics: LlmMetrics, { attempt }: Extract<RouterEvent, { type: 'attempt' }>): void {
  const labels = { provider: attempt.provider, model: attempt.model };
  metrics.llmCall.increment(labels);
  metrics.llmCallLatency.observe(labels, attempt.latency_ms / 1000);
  if (!attempt.ok) metrics.llmCallFail.increment({ ...labels, reason: attempt.reason ?? 'UNKNOWN' });
}
