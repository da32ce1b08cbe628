import { bounded, defineMetric, type Metrics } from '@nexus/runtime';

/** Metrics of alerts, as data for the supervisor's registry. */
export const alertMetricDefinitions = {
  alerts: defineMetric({
    kind: 'counter',
    name: 'nexus_alerts_total',
    help: 'Alerts by what became of them: delivered, suppressed, failed (one try), dead (given up) or not_set.',
    labels: { event: bounded(20), outcome: bounded(10) },
  }),
  alertsWaiting: defineMetric({
    kind: 'gauge',
    name: 'nexus_alerts_waiting',
    help: 'Alerts that wait for their delivery, and those that were given up, by queue label, over every process.',
    labels: { queue: bounded(10) },
  }),
};

export type AlertMetrics = Metrics<typeof alertMetricDefinitions>['handles'];
