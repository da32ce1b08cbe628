import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { iso, type Clock, type Logger } from '@nexus/runtime';
import { isNotSet, type Alert, type AlertChannel, type AlertResult } from './alert.ts';
import { createRedisAlertDedupe } from './alert-dedupe.ts';
import { createWebhookChannel } from './alert-delivery.ts';
import type { AlertMetrics } from './alert-metrics.ts';
import { createAlertOutbox, type AlertCounts } from './alert-outbox.ts';
import { openAlertStream } from './alert-stream.ts';
import { allowsPrivate, type AlertSettings } from './alert-variables.ts';
import { sendAlert } from './deliver-alert.ts';

export type AlertsOptions = {
  /** A connection for requests; closed by its owner. */
  redis: Redis;
  settings: AlertSettings;
  logger: Logger;
  metrics: AlertMetrics;
  now: Clock;
  /** Where alerts go; the webhooks of the settings unless given. */
  channel?: AlertChannel;
  newId?: () => string;
};

/** What operators are told about, over every supervisor. */
export type Alerts = {
  /** Tries the alerts of these entries of `{nexus}:alerts`, as a script returned them. Never rejects; what fails stays. */
  deliverNow: (entryIds: readonly string[]) => Promise<AlertCounts>;
  /** For a background loop every 10 s. Rejects when the store is away; nothing is lost then. */
  deliverDue: () => Promise<AlertCounts>;
  /** Stores an alert until it is delivered and returns the id of its entry, for `deliverNow`. Rejects when it is not stored. */
  append: (alert: Alert) => Promise<string>;
  /** One test alert, past the dedupe and never retried. Never rejects. */
  sendTest: () => Promise<AlertResult>;
  /** How many alerts wait. Sets the gauge too. */
  waiting: () => Promise<number>;
};

/** Puts the channel, the dedupe and the outbox together. */
export function createAlerts({ redis, settings, logger, metrics, now, ...options }: AlertsOptions): Alerts {
  const newId = options.newId ?? randomUUID;
  const channel = options.channel ?? webhooksOf(settings, { now, newId });
  const stream = openAlertStream(redis);
  const dedupeTtlSeconds = settings.ALERT_DEDUPE_TTL_SECONDS;
  const dedupe = createRedisAlertDedupe(redis, dedupeTtlSeconds);
  const outbox = createAlertOutbox(
    { stream, channel, dedupe, metrics, logger, now, newId },
    {
      runbookBaseUrl: settings.RUNBOOK_BASE_URL,
      dedupeTtlSeconds,
      maxRetries: settings.ALARM_MAX_RETRIES,
      retryLabel: settings.ALARM_RETRY_QUEUE_PREFIX,
      deadLabel: settings.ALARM_DLQ_QUEUE,
    },
  );
  return {
    ...outbox,
    append: (alert) => stream.append(alert, now()),
    async sendTest() {
      const result = await sendAlert(testAlert(now()), { channel, logger });
      const failed = isNotSet(result) ? 'not_set' : 'failed';
      metrics.alerts.increment({ event: 'test', outcome: result.ok ? 'delivered' : failed });
      return result;
    },
    async waiting() {
      const { waiting, dead } = await stream.counts();
      metrics.alertsWaiting.set({ queue: settings.ALARM_RETRY_QUEUE_PREFIX }, waiting);
      metrics.alertsWaiting.set({ queue: settings.ALARM_DLQ_QUEUE }, dead);
      return waiting;
    },
  };
}

function webhooksOf(settings: AlertSettings, ports: { now: Clock; newId: () => string }): AlertChannel {
  return createWebhookChannel({
    ...ports,
    urls: {
      base: settings.ALERT_WEBHOOK_URL,
      alarm: settings.ALERT_WEBHOOK_URL_ALARM,
      hold: settings.ALERT_WEBHOOK_URL_HOLD,
    },
    signingSecret: settings.ALERT_SIGNING_SECRET,
    allowPrivate: allowsPrivate(settings),
    allowLoopbackHttp: settings.NODE_ENV !== 'production',
  });
}

/** Contract 1.8. */
function testAlert(now: number): Alert {
  return {
    event: 'test',
    payload: { ts: iso(now), service: 'nexus-supervisor' },
    sentence: 'Test alert of nexus-supervisor: alerts arrive here.',
  };
}
