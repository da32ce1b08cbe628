import {
  boolean,
  integer,
  text,
  url,
  variable,
  type SettingRule,
  type SettingType,
  type SettingValues,
  type Variable,
} from '@nexus/runtime';
import { webhookUrl } from '@nexus/runtime/outbound';

const signingSecret: SettingType<string> = {
  accepted: 'secret text; after whsec_ it is base64',
  secret: true,
  parse(written) {
    const encoded = written.startsWith('whsec_') ? written.slice('whsec_'.length) : undefined;
    if (encoded !== undefined && !/^[A-Za-z0-9+/]{4,}={0,2}$/.test(encoded)) {
      return { ok: false, why: 'has something other than base64 after whsec_' };
    }
    return { ok: true, value: written };
  },
};

const webhook = (meaning: string) => variable({ group: 'Alerts', type: webhookUrl, default: '', text: meaning });

/** What alerts read from the environment: contract 6.3 and the delivery queue of 6.2. */
export const alertVariables = {
  ALERT_WEBHOOK_URL: webhook('where alerts go that have no address of their own'),
  ALERT_WEBHOOK_URL_ALARM: webhook('where alerts about alarmed letters go'),
  ALERT_WEBHOOK_URL_HOLD: webhook('where alerts about held letters go'),
  ALERT_DEDUPE_TTL_SECONDS: variable({
    group: 'Alerts',
    type: integer({ min: 0, max: 10 * 365 * 86_400 }),
    default: 900,
    text: 'how long equal alerts are told once only; 0 = each is told',
  }),
  ALERT_SIGNING_SECRET: variable({
    group: 'Alerts',
    type: signingSecret,
    default: '',
    text: 'secret that alerts are signed with (Standard Webhooks)',
  }),
  ALARM_MAX_RETRIES: variable({
    group: 'Alerts',
    type: integer({ min: 0, max: 100 }),
    default: 2,
    text: 'further tries of an alert that could not be delivered, after 5 s, 30 s and 300 s; the last delay repeats',
  }),
  ALARM_RETRY_QUEUE_PREFIX: variable({
    group: 'Alerts',
    type: text,
    default: 'nexus.alarm.retry',
    text: 'label of waiting alerts in logs and metrics',
  }),
  ALARM_DLQ_QUEUE: variable({
    group: 'Alerts',
    type: text,
    default: 'nexus.alarm.dlq',
    text: 'label of alerts that were given up, in logs and metrics',
  }),
  OUTBOUND_ALLOW_PRIVATE: variable({
    group: 'Alerts',
    type: boolean,
    defaultText: 'true, in production false',
    text: 'whether webhooks may go to private addresses',
  }),
  RUNBOOK_BASE_URL: variable({
    group: 'Alerts',
    type: url(),
    default: '',
    text: 'where runbooks are served, one page a failure code; unset = alerts carry a short hint',
  }),
};

type Environment = { NODE_ENV: Variable<string> };

/** The values that alerts need, of the process's settings. */
export type AlertSettings = SettingValues<typeof alertVariables & Environment>;

/** May webhooks go to private addresses? Unless told, everywhere but in production. */
export function allowsPrivate(settings: Pick<AlertSettings, 'OUTBOUND_ALLOW_PRIVATE' | 'NODE_ENV'>): boolean {
  return settings.OUTBOUND_ALLOW_PRIVATE ?? settings.NODE_ENV !== 'production';
}

const webhookNames = ['ALERT_WEBHOOK_URL', 'ALERT_WEBHOOK_URL_ALARM', 'ALERT_WEBHOOK_URL_HOLD'] as const;

/** Production speaks https only. */
export const alertRules: SettingRule<typeof alertVariables & Environment>[] = webhookNames.map((name) => ({
  names: [name, 'NODE_ENV'],
  accepted: 'an https:// address',
  problem: (values) =>
    values.NODE_ENV === 'production' && values[name].toLowerCase().startsWith('http:')
      ? 'is not an https address, which production demands'
      : undefined,
}));
