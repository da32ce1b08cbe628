import { describe, expect, test } from '@jest/globals';
import { processVariables, readSettings } from '@nexus/runtime';
import { alertRules, alertVariables, allowsPrivate } from './alert-variables.ts';

const variables = { ...processVariables, ...alertVariables };

function read(env: Record<string, string>) {
  return readSettings(variables, { REDIS_URL: 'redis://localhost', ...env }, { rules: alertRules });
}

test('the defaults are those of the contract', () => {
  expect(read({})).toMatchObject({
    ok: true,
    values: {
      ALERT_WEBHOOK_URL: '',
      ALERT_WEBHOOK_URL_ALARM: '',
      ALERT_WEBHOOK_URL_HOLD: '',
      ALERT_DEDUPE_TTL_SECONDS: 900,
      ALERT_SIGNING_SECRET: '',
      ALARM_MAX_RETRIES: 2,
      ALARM_RETRY_QUEUE_PREFIX: 'nexus.alarm.retry',
      ALARM_DLQ_QUEUE: 'nexus.alarm.dlq',
      RUNBOOK_BASE_URL: '',
    },
  });
});

describe('a webhook address', () => {
  test.each(['https://hooks.test/x/', 'http://127.0.0.1:9/x', 'http://localhost/x', 'http://[::1]/x'])(
    'may be %s and is kept as written',
    (url) => {
      expect(read({ ALERT_WEBHOOK_URL_HOLD: url })).toMatchObject({
        ok: true,
        values: { ALERT_WEBHOOK_URL_HOLD: url },
      });
    },
  );

  test.each(['http://hooks.test/geheim', 'ftp://hooks.test/geheim', 'geheim', 'file:///geheim'])(
    'may not be %s, which is not shown',
    (url) => {
      const result = read({ ALERT_WEBHOOK_URL: url });
      expect(result).toMatchObject({ ok: false, problems: [{ name: 'ALERT_WEBHOOK_URL' }] });
      expect(JSON.stringify(result)).not.toContain('geheim');
    },
  );

  test('is https in production', () => {
    const env = { NODE_ENV: 'production', ALERT_WEBHOOK_URL_ALARM: 'http://localhost/x' };
    expect(read(env)).toMatchObject({ ok: false, problems: [{ name: 'ALERT_WEBHOOK_URL_ALARM' }] });
    expect(read({ ...env, ALERT_WEBHOOK_URL_ALARM: 'https://hooks.test/x' }).ok).toBe(true);
  });
});

test('a secret that says it is base64 has to be', () => {
  expect(read({ ALERT_SIGNING_SECRET: 'whsec_c2VjcmV0' }).ok).toBe(true);
  expect(read({ ALERT_SIGNING_SECRET: 'plain' }).ok).toBe(true);
  for (const secret of ['whsec_', 'whsec_???']) expect(read({ ALERT_SIGNING_SECRET: secret }).ok).toBe(false);
});

test.each([
  ['development', undefined, true],
  ['production', undefined, false],
  ['production', true, true],
  ['development', false, false],
])('in %s with %s private addresses are allowed: %s', (NODE_ENV, OUTBOUND_ALLOW_PRIVATE, allowed) => {
  expect(allowsPrivate({ NODE_ENV, OUTBOUND_ALLOW_PRIVATE })).toBe(allowed);
});
