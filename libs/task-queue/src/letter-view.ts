import { PARKS, type TaskError } from '@nexus/contracts';
import type { DeadLetter } from './dead-letters.ts';
import { parseCause } from './letter-causes.ts';
import { errorFromReason, parse, toInstant } from './task-view.ts';

/** Fields of the job hash a letter is read from. */
export const LETTER_FIELDS = ['data', 'atm', 'ats', 'failedReason', 'xp', 'xs', 'xe', 'xr', 'xu', 'xq'] as const;

/** {locked 0|1, field values...}. */
export type LetterRow = [locked: number, ...values: (string | null)[]];

/** The letter of a job, or undefined when the job is none (any more). Pure. */
export function viewLetter(taskId: string, [locked, ...values]: LetterRow): DeadLetter | undefined {
  const field = (name: (typeof LETTER_FIELDS)[number]) => values[LETTER_FIELDS.indexOf(name)] ?? null;
  const park = PARKS.find((each) => each === field('xp'));
  const stamp = /^(\d+):(\d+):(.*)$/s.exec(field('xs') ?? '');
  if (park === undefined || stamp === null) return undefined;
  const [, failedAt = '', sequence = '', cell = ''] = stamp;
  const cause = parseCause(cell);
  const reason = field('failedReason');
  const fallback: TaskError = { code: cause.failure_code, message: reason ?? '' };
  const error = parse<TaskError>(field('xe')) ?? errorFromReason(reason) ?? fallback;
  return {
    ...cause,
    requeues: Number(field('xr') ?? 0),
    task_id: taskId,
    park,
    delivery_tag: `${taskId}.${sequence}`,
    failed_at: toInstant(failedAt),
    attempts: Number(field('ats') ?? 0),
    retries: Math.max(0, Number(field('atm') ?? 0) - 1),
    locked: locked === 1,
    error,
    envelope: envelopeOf(field('data')),
    pr_url: field('xu'),
    issue_url: field('xq'),
  };
}

function envelopeOf(data: string | null): Record<string, unknown> | undefined {
  const envelope = parse<{ envelope?: unknown } | null>(data)?.envelope;
  if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope)) return undefined;
  return Object.keys(envelope).length === 0 ? undefined : (envelope as Record<string, unknown>);
}
