import { maskValue } from '@nexus/runtime';
import type { DeadLetter } from '@nexus/task-queue';
import { decide, runbookFor, type TriageDecision, type TriagePolicy } from '@nexus/triage-policy';

/** Members of a payload that hold a person's name. */
const PERSON_FIELDS = ['name', 'names'] as const;

export type LetterViewOptions = {
  policy: TriagePolicy;
  runbookBaseUrl: string;
  /** Epoch milliseconds. */
  now: number;
  /** Shows the message as it is. Somebody has to have written down who saw it. */
  reveal: boolean;
};

/** A letter as peek shows it. */
export function letterView(letter: DeadLetter, { policy, runbookBaseUrl, now, reveal }: LetterViewOptions) {
  const { task_id, failure_code, retries } = letter;
  return {
    delivery_tag: letter.delivery_tag,
    correlation_id: task_id,
    headers: { 'x-retry-count': retries, failure_code },
    message: reveal ? letterMessage(letter) : maskedMessage(letter),
    park: letter.park,
    group: letter.group,
    failed_at: letter.failed_at,
    attempts: letter.attempts,
    requeues: letter.requeues,
    locked: letter.locked,
    decision: letterDecision(letter, policy, now),
    runbook: runbookFor(failure_code, runbookBaseUrl) ?? null,
    pr_url: letter.pr_url,
    issue_url: letter.issue_url,
  };
}

/** Contract 2.4: the task body with its failure envelope and the envelope's flat copies; `{"unparsable": true}` without a body. */
export function letterMessage(letter: DeadLetter): Record<string, unknown> {
  const { envelope, failure_code, error, failed_at } = letter;
  if (envelope === undefined) return { unparsable: true };
  return { ...envelope, failure: { failure_code, error, failed_at }, failure_code, last_error: error, failed_at };
}

/** The message as anybody with the admin key may see it. */
export function maskedMessage(letter: DeadLetter): Record<string, unknown> {
  const { payload, ...message } = letterMessage(letter);
  const masked = maskValue(message) as Record<string, unknown>;
  return payload === undefined ? masked : { ...masked, payload: maskValue(payload, { personFields: PERSON_FIELDS }) };
}

/** What triage says of a letter now. One that cannot be read has nothing to be judged by. */
export function letterDecision(letter: DeadLetter, policy: TriagePolicy, now: number): TriageDecision {
  if (letter.envelope === undefined) return unparsableDecision;
  const age = ageSeconds(letter, now);
  return decide({ ...letter, ...(age === undefined ? {} : { age_seconds: age }) }, policy);
}

/** Letters that cannot be read are left to a person, who can only purge them. */
export const unparsableDecision: TriageDecision = {
  action: 'ignore',
  rule: 'unparsable',
  reason: 'The data of the job is not a task; look at the job, then purge the letter',
};

function ageSeconds({ failed_at }: DeadLetter, now: number): number | undefined {
  const failedAt = failed_at === null ? NaN : Date.parse(failed_at);
  return Number.isNaN(failedAt) ? undefined : Math.max(0, (now - failedAt) / 1000);
}
