import { boolean, csv, integer, path, text, variable } from '@nexus/runtime';
import { defaultTriagePolicy } from '@nexus/triage-policy';

const codes = (initial: readonly string[], meaning: string) =>
  variable({ group: 'Triage', type: csv, default: initial, text: meaning });
const label = (initial: string, meaning: string) =>
  variable({ group: 'Queue', type: text, default: initial, text: meaning });
const seconds = integer({ min: 0, max: 10 * 365 * 86_400 });

/** What decides about dead letters, and how parks and waiting retries are called in logs. */
export const triageVariables = {
  DLQ_QUEUE: label('nexus.dlq', 'label of dead letters in logs'),
  HOLD_QUEUE: label('nexus.hold', 'label of held letters in logs'),
  ALARM_QUEUE: label('nexus.alarm', 'label of alarmed letters in logs'),
  RETRY_QUEUE_PREFIX: label('nexus.retry', 'label of waiting retries in logs, followed by their delay'),
  AUTO_REQUEUE_FAILURE_CODES: codes(defaultTriagePolicy.requeueCodes, 'failure codes that triage sends back'),
  AUTO_HOLD_FAILURE_CODES: codes(defaultTriagePolicy.holdCodes, 'failure codes that triage holds for a change of code'),
  AUTO_ALARM_FAILURE_CODES: codes(defaultTriagePolicy.alarmCodes, 'failure codes that triage alerts about'),
  ENFORCE_ALARM_NO_REQUEUE: variable({
    group: 'Triage',
    type: boolean,
    default: true,
    text: 'refuse to requeue letters that triage alerts about, also by hand and with force',
  }),
  TRIAGE_POLICY_FILE: variable({
    group: 'Triage',
    type: path,
    text: 'policy file (YAML or JSON) with rules, requeue rules and lists; a file that cannot be used ends the start',
  }),
  DLQ_APPLY_MAX_AGE_SECONDS: variable({
    group: 'Triage',
    type: seconds,
    default: 7200,
    text: 'apply passes over dead letters older than this',
  }),
  DLQ_APPLY_EVERY_SECONDS: variable({
    group: 'Triage',
    type: seconds,
    default: 0,
    text: 'interval at which dead letters are treated as triage says, with the default caps of POST /dlq/apply; 0 = only on request',
  }),
};
