import { bounded, defineMetric, type Metrics } from '@nexus/runtime';

/** Metrics of anomalies, as data for the supervisor's registry. */
export const anomalyMetricDefinitions = {
  anomalies: defineMetric({
    kind: 'counter',
    name: 'nexus_anomalies_total',
    help: 'Anomalies people were told about, by kind: cost, rate_limit_burst, breaker_open, spike or outage.',
    labels: { kind: bounded(5) },
  }),
  anomaliesOpen: defineMetric({
    kind: 'gauge',
    name: 'nexus_anomalies_open',
    help: 'Anomalies that are there now and are not planned, by kind, over every process.',
    labels: { kind: bounded(5) },
  }),
};

export type AnomalyMetrics = Metrics<typeof anomalyMetricDefinitions>['handles'];
