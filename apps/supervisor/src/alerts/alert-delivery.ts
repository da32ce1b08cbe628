import { signStandardWebhook } from '@nexus/contracts';
import { maskValue, type Clock } from '@nexus/runtime';
import { chatSentence, postWebhook, type OutboundPolicy } from '@nexus/runtime/outbound';
import { NOT_SET, type Alert, type AlertChannel, type AlertResult } from './alert.ts';

/** Contract 5.4: the whole delivery, name and connection included. */
export const ALERT_TIMEOUT_MS = 10_000;

/** Addresses by event. They are secrets: who knows one may post. Empty = not set. */
export type AlertUrls = { base: string; alarm: string; hold: string };

export type WebhookChannelOptions = Omit<OutboundPolicy, 'timeoutMs'> & {
  urls: AlertUrls;
  /** Signs with scheme (a) of contract 4.2; empty = no signature. */
  signingSecret: string;
  now: Clock;
  /** Id of an alert that has none. */
  newId: () => string;
  timeoutMs?: number;
};

const urlOfEvent: Readonly<Record<string, keyof AlertUrls>> = {
  dlq_alarm: 'alarm',
  alarm: 'alarm',
  hold: 'hold',
  dlq_hold: 'hold',
};

/** The address of an event: its own, else the base one, else undefined. */
export function alertUrlFor(event: string, urls: AlertUrls): string | undefined {
  const own = Object.hasOwn(urlOfEvent, event) ? urls[urlOfEvent[event] ?? 'base'] : '';
  return own || urls.base || undefined;
}

/** More of a payload than people read; keeps the body below what chat webhooks take. */
const payloadLimits = { maxDepth: 8, maxItems: 100, maxTextLength: 4000 };

/**
 * The body of an alert, masked: `event` and `payload` for programs, `text` (Slack) and `content` (Discord) with the same
 * sentence for people.
 */
export function alertBody(alert: Alert): string {
  const sentence = chatSentence(alert.sentence);
  const payload = maskValue(alert.payload, payloadLimits);
  return JSON.stringify({ event: alert.event, payload, text: sentence, content: sentence });
}

/** Posts alerts as JSON. A 2xx is a delivery, anything else is not; the answer's text is not read. */
export function createWebhookChannel(options: WebhookChannelOptions): AlertChannel {
  const policy: OutboundPolicy = { ...options, timeoutMs: options.timeoutMs ?? ALERT_TIMEOUT_MS };
  return async function deliverToWebhook(alert) {
    const url = alertUrlFor(alert.event, options.urls);
    if (url === undefined) return { ok: false, status_code: null, error: NOT_SET };
    if (!URL.canParse(url)) return { ok: false, status_code: null, error: 'the webhook address is not a URL' };
    const body = alertBody(alert);
    const headers = { 'content-type': 'application/json', 'user-agent': 'nexus', ...signed(alert, body, options) };
    const answer = await postWebhook(new URL(url), { headers, body }, policy);
    return 'error' in answer
      ? { ok: false, status_code: null, error: answer.error }
      : resultOf(answer.status, new URL(url).host);
  };
}

/** The id of Standard Webhooks is the same for every try of one message, its timestamp is not. */
function signed(
  alert: Alert,
  body: string,
  { signingSecret, now, newId }: WebhookChannelOptions,
): Record<string, string> {
  if (signingSecret === '') return {};
  const id = alert.id ?? newId();
  const timestamp = Math.floor(now() / 1000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signStandardWebhook(signingSecret, { id, timestamp, body }),
  };
}

function resultOf(status: number, host: string): AlertResult {
  if (status >= 200 && status < 300) return { ok: true, status_code: status, error: null };
  const redirect = status >= 300 && status < 400;
  const error = redirect
    ? `${host} answered ${status}: redirects are not followed, set the address it leads to`
    : `${host} answered ${status}`;
  return { ok: false, status_code: status, error };
}
