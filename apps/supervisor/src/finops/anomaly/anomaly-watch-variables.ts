import { anomalyVariables } from '@nexus/finops-ledger';
import { integer, variable } from '@nexus/runtime';

/** What the watch for anomalies reads from the environment: contract 6.8, and its interval. */
export const anomalyWatchVariables = {
  ...anomalyVariables,
  ANOMALY_WATCH_EVERY_SECONDS: variable({
    group: 'Anomalies',
    type: integer({ min: 0, max: 3600 }),
    default: 60,
    text: 'how often spend, rate limits and circuits are looked at for anomalies; 0 = never',
  }),
};
