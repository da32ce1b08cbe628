import { integer, variable, type SettingType } from '@nexus/runtime';
import { usdToNano } from '@nexus/finops';

const group = 'Anomalies';

const usdAmount: SettingType<string> = {
  accepted: 'an amount in USD of at most nine decimals, such as 2.0',
  parse(written) {
    const plain = written.replace(/^\./, '0.');
    return usdToNano(plain) === undefined ? { ok: false, why: 'is not such an amount' } : { ok: true, value: plain };
  },
};

/** When the spend of language models is an anomaly: contract 6.8. */
export const anomalyVariables = {
  ANOMALY_WINDOW_MIN: variable({
    group,
    type: integer({ min: 1, max: 24 * 60 }),
    default: 15,
    text: 'minutes in which cost and rate limits are counted; the same anomaly is told once in them',
  }),
  ANOMALY_COST_USD_RATE_THRESHOLD: variable({
    group,
    type: usdAmount,
    default: '2.0',
    text: 'USD spent within the window from which it is an anomaly; 0 = any spend is',
  }),
  ANOMALY_BREAKER_OPEN_MIN: variable({
    group,
    type: integer({ min: 0, max: 7 * 24 * 60 }),
    default: 5,
    text: 'minutes without a break that a provider is kept shut from which it is an anomaly; 0 = at once',
  }),
  ANOMALY_429_BURST_THRESHOLD: variable({
    group,
    type: integer({ min: 1, max: 1_000_000 }),
    default: 20,
    text: 'answers "too many requests" of providers within the window from which they are an anomaly',
  }),
};
