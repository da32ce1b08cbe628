import { PARKS, type TaskError } from '@nexus/contracts';
import type { DeadLetter } from './dead-letters.ts';
import { parseCause } from './letter-causes.ts';
import { errorFromReason, lastError, parse, readStamp, toInstant } from './task-view.ts';

/** Fields of the job hash a letter is read from. */
export const LETTER_FIELDS = [
  'data',
  'atm',
  'ats',
  'failedReason',
  'finishedOn',
  'xs',
  'xe',
  'xh',
  'xr',
  'xu',
  'xq',
] as const;

/** {locked 0|1, field values...}. */
export type LetterRow = [locked: number, ...values: (string | null)[]];

/** The letter of a job, or undefined when the job is none (any more). Pure. */
export function viewLetter(taskId: string, [locked, ...values]: LetterRow): DeadLetter | undefined {
  const field = (name: (typeof LETTER_FIELDS)[number]) => values[LETTER_FIELDS.indexOf(name)] ?? null;
  const stamp = readStamp(field('xs'));
  const park = PARKS.find((each) => each === stamp?.label);
  if (park === undefined || stamp === undefined) return undefined;
  const cause = parseCause(stamp.cause);
  const reason = field('failedReason');
  const fallback: TaskError = { code: cause.failure_code, message: reason ?? '' };
  const error = parse<TaskError>(field('xe')) ?? lastError(field('xh')) ?? errorFromReason(reason) ?? fallback;
  return {
    ...cause,
    requeues: Number(field('xr') ?? 0),
    task_id: taskId,
    park,
    delivery_tag: `${taskId}.${stamp.sequence}`,
    failed_at: toInstant(field('finishedOn')),
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
