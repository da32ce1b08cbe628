/** The unit of an age. */
export type AgeUnit = 'second' | 'minute' | 'hour' | 'day';

const units = { second: 's', minute: 'min', hour: 'h', day: 'd' } as const;

/** The plural of a count for people. */
function s(count: string): string {
  return count === '1' ? '' : 's';
}

/** What an advice may name. */
export type AdviceFacts = { baseUrl: string; seconds: number };

/** Every label and note in English. The type of this object is what another language has to supply. */
export const english = {
  letters: 'Letters',
  share: 'Share',
  code: 'Code',
  taskType: 'Task type',
  whatHappened: 'What happened',
  triage: 'Triage',
  state: 'State',
  lastSeen: 'Last seen',
  group: 'Group',
  task: 'Task',
  tasks: 'Tasks',
  failedAgo: 'Failed',
  attempts: 'Attempts',
  requeues: 'Requeues',
  rule: 'rule',
  locked: 'locked',
  lockedMeans: 'automatic requeue is refused for now; a person may use --force',
  runbook: 'Runbook',
  pullRequest: 'Pull request',
  issue: 'Issue',
  unparsable: '(not a task: cannot be read; it can only be purged)',
  meaning: 'What that means',
  status: 'Status',
  progress: 'Progress',
  scope: 'Letters of',
  startedBy: 'Started by',
  started: 'Started',
  reason: 'Reason',
  canary: 'Canary',
  outcome: 'How they ended',
  succeeded: 'Succeeded',
  failedAgain: 'Failed again',
  action: 'Action',
  operation: 'Operation',
  now: 'Now',
  proposed: 'Proposed',
  difference: 'Difference',
  because: 'Because',
  whatToDo: 'What to do:',
  regression: 'came back',
  actions: { requeue: 'requeue', hold: 'hold', alarm: 'alarm', ignore: 'leave', purge: 'purge', apply: 'apply' },
  actionMeans: {
    requeue: 'sent back to the queue: worth another try',
    hold: 'to HOLD: waits for a correction',
    alarm: 'to ALARM: a person is told',
    ignore: 'stays in the DLQ: triage has no opinion',
  },
  groupStates: { open: 'open', resolved: 'resolved', ignored: 'ignored' },
  statuses: {
    running: 'running',
    canary: 'canary',
    succeeded: 'done',
    stopped: 'stopped',
    cancelled: 'cancelled',
    failed: 'failed',
  },
  statusMeans: {
    running: 'letters are being moved',
    canary: 'the first letters went; the rest waits for how they end',
    succeeded: 'every letter was dealt with',
    stopped: 'the canary failed, so the rest stayed where it was',
    cancelled: 'what was moved stays moved; the rest stayed',
    failed: 'it could not go on',
  },
  ends: {
    succeeded: 'succeeded',
    failed_again: 'failed again',
    pending: 'not ended yet',
    gone: 'removed before they ended',
  },
  stayed: {
    skipped_age: (n: string) => `${n} stayed: too old for an automatic decision (DLQ_APPLY_MAX_AGE_SECONDS)`,
    skipped_cap: (n: string) => `${n} stayed: over the cap of this call`,
    skipped_locked: (n: string) => `${n} stayed: locked after used-up retries (a person may use --force)`,
    skipped_policy: (n: string) => `${n} stayed: a policy forbids it (--force may lift it, never for alarms)`,
    errors: (n: string) => `${n} could not be read or had vanished`,
  },
  moved: {
    requeue: (n: string, total: string) => `Sent ${n} of ${total} matching letters back to the queue.`,
    hold: (n: string, total: string) => `Moved ${n} of ${total} matching letters to HOLD.`,
    alarm: (n: string, total: string) => `Moved ${n} of ${total} matching letters to ALARM.`,
    purge: (n: string, total: string) => `Deleted ${n} of ${total} matching letters for good.`,
  },
  wouldMove: {
    requeue: (n: string, total: string) => `Would send ${n} of ${total} matching letters back to the queue.`,
    hold: (n: string, total: string) => `Would move ${n} of ${total} matching letters to HOLD.`,
    alarm: (n: string, total: string) => `Would move ${n} of ${total} matching letters to ALARM.`,
    purge: (n: string, total: string) => `Would delete ${n} of ${total} matching letters for good.`,
  },
  andMore: (n: string) => `and ${n} more`,
  noLetters: (park: string) => `There is no such letter in ${park}.`,
  noGroups: (park: string) => `There is no such group in ${park}.`,
  noOperations: 'There is no such operation.',
  noChanges: 'The proposed policy decides about these letters as the present one does.',
  groupsTitle: (letters: string, groups: string, park: string) =>
    `${letters} letter${s(letters)} in ${park}, ${groups} cause${s(groups)}`,
  statsTitle: (letters: string) => `${letters} letter${s(letters)} in dlq`,
  triageTitle: (scanned: string, total: string) => `What triage says about ${scanned} of ${total} letters`,
  peekTitle: (shown: string, total: string, park: string) => `${shown} of ${total} letters in ${park}, oldest first`,
  planTitle: (scanned: string, total: string) =>
    `Plan for ${scanned} of ${total} letters, oldest first; nothing has been changed`,
  appliedTitle: (scanned: string, total: string) => `Applied to ${scanned} of ${total} letters, oldest first`,
  whatIfTitle: (scanned: string, total: string) => `The proposed policy against ${scanned} of ${total} letters`,
  operationTitle: (action: string, id: string) => `Operation ${action} ${id}`,
  draftTitle: (count: string) => `${count} draft${s(count)} of pull requests; nothing has been opened`,
  conditional: '* age or attempts of a letter may decide otherwise',
  moreGroups: (n: string) => `${n} more group${s(n)}: use --limit, --failure-code or --task-type`,
  alerted: (n: string) => `${n} alert${s(n)} delivered; equal ones within the dedupe time are one`,
  sameCause: (n: string) => `Of those that failed again ${n} failed from the same cause.`,
  canaryText: (first: string, share: string) => `${first} letters first, ${share} of them must succeed`,
  groupState: (group: string, state: string) => `Group ${group} is now marked as ${state}.`,
  nextPage: (words: string) => `More: ${words}`,
  seeLetters: (words: string) => `Letters of a group: ${words}`,
  doPlan: (words: string) => `Do exactly this within 15 minutes: ${words}`,
  operationStarted: (id: string) => `Operation ${id} has started.`,
  watch: (words: string) => `Watch it: ${words}`,
  howEnded: (words: string) => `How its letters end: ${words}`,
  leftRunning: (id: string, watch: string, cancel: string) =>
    `The operation ${id} goes on without this command.\n  Watch it: ${watch}\n  Cancel it: ${cancel}`,
  cancelled: (id: string) => `Operation ${id} is cancelled: what it moved stays moved, the rest stays where it is.`,
  notNow: 'Nothing was changed.',
  askPurge: (n: string) => `Delete ${n} letters for good?`,
  askPurgePlan: 'Delete the letters of this plan for good?',
  askApply: 'Do this?',
  needYesPurge:
    'purge deletes for good and there is no terminal to ask on: repeat it with --yes, or look with --dry-run.',
  needYesApply: 'there is no terminal to ask on: repeat it with --yes, or give the --plan-hash of npx nexus dlq plan.',
  contactLost: (n: number) => `no answer from the supervisor, asking again (${n})`,
  ago: (unit: AgeUnit, n: number) => `${n} ${units[unit]} ago`,
  advice: {
    UNAUTHORIZED: ({ baseUrl }: AdviceFacts) => `set ADMIN_API_KEY to the admin key of the supervisor at ${baseUrl}.`,
    FORBIDDEN: () => 'this key is known but is no admin key: set ADMIN_API_KEY to the admin key.',
    NOT_FOUND: () => 'check the id; npx nexus dlq groups and npx nexus dlq operations list what there is.',
    PLAN_STALE: () => 'the plan is older than 15 minutes or of another command: make a new one, look at it, repeat.',
    ALARM_REQUEUE_FORBIDDEN: () =>
      'correct the cause first (keys, permissions, switches). Only then: ENFORCE_ALARM_NO_REQUEUE=false on the supervisor.',
    OPERATION_TERMINAL: () => 'it has ended already; npx nexus dlq operation ID tells how.',
    STORE_UNAVAILABLE: ({ seconds }: AdviceFacts) =>
      `the supervisor cannot reach its Redis; look there, and try again in ${seconds} s.`,
    TIMEOUT: ({ seconds }: AdviceFacts) => `try again in ${seconds} s, with a smaller --limit if it happens again.`,
    VALIDATION_ERROR: () => 'correct what is named above; --help tells the options.',
    BAD_REQUEST: () => 'correct what is named above; --help tells the options.',
    PAYLOAD_INVALID: () => 'correct the policy file where it is named above.',
    NOT_IMPLEMENTED: () => 'this supervisor does not do that yet.',
    NETWORK_ERROR: ({ baseUrl }: AdviceFacts) =>
      `is Nexus running at ${baseUrl}? npm start starts it; SUPERVISOR_URL or --base-url names another one.`,
    CLIENT_TIMEOUT: ({ baseUrl }: AdviceFacts) =>
      `the supervisor at ${baseUrl} is busy or hangs; look at ${baseUrl}/health/ready. What was asked may still be done: look before repeating.`,
    BAD_RESPONSE: ({ baseUrl }: AdviceFacts) =>
      `is ${baseUrl} a Nexus supervisor, and of the same version as this command?`,
    INTERNAL_ERROR: () => 'the log of the supervisor tells why, under the request id.',
  },
};
