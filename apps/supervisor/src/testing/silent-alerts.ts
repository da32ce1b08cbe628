import type { Alerts } from '../alerts/alerts.ts';

const nothing = { delivered: 0, suppressed: 0, failed: 0, not_set: 0, waiting: 0 };

/** Alerts for tests that raise none. */
export const silentAlerts: Alerts = {
  deliverNow: () => Promise.resolve(nothing),
  deliverDue: () => Promise.resolve(nothing),
  append: () => Promise.resolve('0-0'),
  sendTest: () => Promise.resolve({ ok: false, status_code: null, error: 'not set' }),
  waiting: () => Promise.resolve(0),
};
