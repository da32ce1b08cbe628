import {
  type Park,
  PARKS,
  type Progress,
  type Task,
  type TaskAttempt,
  type TaskEnvelope,
  type TaskError,
  type TaskStatus,
} from '@nexus/contracts';

/** Fields of the job hash a task is read from: BullMQ's own and ours (x…). */
export const TASK_FIELDS = [
  'data',
  'processedOn',
  'finishedOn',
  'returnvalue',
  'atm',
  'ats',
  'progress',
  'pb',
  'failedReason',
  'xs',
  'xf',
  'xe',
  'xa',
  'xu',
  'xq',
  'xh',
] as const;

/** One row of the read script: {state, due score, field values...}, or nothing where there is no task. */
export type TaskRow = [state: string, due: string, ...fields: (string | null)[]];

/** What an agent reported about a job the queue still holds otherwise. Times in epoch milliseconds. */
type Reported = { status: TaskStatus; attempt: number; started_at?: number; finished_at?: number; result?: string };

/** One finished attempt as the history keeps it. Times in epoch milliseconds. */
export type AttemptRecord = {
  attempt: number;
  from?: number | undefined;
  to?: number | undefined;
  /** Absent = failed: the one that lies around by the million. */
  outcome?: TaskAttempt['outcome'] | undefined;
  failure_code?: string | undefined;
  error?: TaskError | undefined;
  worker?: string | undefined;
};

/**
 * Derives the task from its job. Pure. The job's place in the queue decides the status; a reported outcome decides only
 * while the job has not caught up with it. Unreadable job data gives a task that says so instead of an error.
 */
export function viewTask(taskId: string, row: TaskRow): Task {
  const [state, due, ...values] = row;
  const field = (name: (typeof TASK_FIELDS)[number]) => values[TASK_FIELDS.indexOf(name)] ?? null;
  const envelope = envelopeOf(field('data'));
  const reported = parse<Reported>(field('xa'));
  const started = Number(field('ats') ?? 0);
  const status = statusOf(state, reported, started);
  const finished = status === 'succeeded' || status === 'failed';
  const startedAt = toInstant(field('processedOn')) ?? toInstant(reported?.started_at);
  const finishedAt = finished ? (toInstant(reported?.finished_at) ?? toInstant(field('finishedOn'))) : null;
  const failed = Number(field('atm') ?? 0);
  const lastFailure = parse<TaskError>(field('xe')) ?? lastError(field('xh')) ?? errorFromReason(field('failedReason'));
  const stamp = state === 'failed' ? readStamp(field('xs')) : undefined;
  const code = field('xf') ?? codeOf(stamp) ?? (state === 'failed' ? (lastFailure?.code ?? null) : null);
  const waitsForRetry = status === 'queued' && failed > 0;
  return {
    task_id: taskId,
    task_type: envelope?.task_type ?? 'unknown',
    requested_by: envelope?.requested_by ?? 'unknown',
    requested_at: envelope?.requested_at ?? new Date(0).toISOString(),
    status,
    started_at: startedAt,
    finished_at: finishedAt,
    result:
      status === 'succeeded'
        ? resultOf(reported?.status === 'succeeded' ? (reported.result ?? null) : field('returnvalue'))
        : null,
    error: status === 'failed' ? lastFailure : null,
    retry_count: finished ? Math.max(0, failed - 1) : failed,
    last_error: lastFailure,
    next_retry_at: waitsForRetry && state === 'delayed' ? toInstant(Number(due) / 4096) : null,
    park: status === 'failed' && state === 'failed' && code !== 'CANCELLED' ? parkOf(stamp?.label) : null,
    failure_code: status === 'succeeded' ? null : code,
    attempts: attemptsOf({
      history: field('xh'),
      status,
      latest: { attempt: Math.max(started, reported?.attempt ?? 0), startedAt, finishedAt, worker: field('pb') },
      error: lastFailure,
      code,
    }),
    progress: progressOf(field('progress')),
    pr_url: field('xu'),
    issue_url: field('xq'),
  };
}

function statusOf(state: string, reported: Reported | undefined, started: number): TaskStatus {
  const final = reported?.status === 'succeeded' || reported?.status === 'failed';
  if (reported !== undefined && final) return reported.status;
  if (state === 'completed') return 'succeeded';
  if (state === 'failed') return 'failed';
  if (state === 'delayed') return 'queued';
  if (reported !== undefined && reported.attempt >= Math.max(1, started)) return reported.status;
  return state === 'active' ? 'running' : 'queued';
}

type Latest = { attempt: number; startedAt: string | null; finishedAt: string | null; worker: string | null };
type AttemptSources = {
  history: string | null;
  status: TaskStatus;
  latest: Latest;
  error: TaskError | null;
  code: string | null;
};

function attemptsOf({ history, status, latest, error, code }: AttemptSources): TaskAttempt[] {
  const attempts: TaskAttempt[] = (history ?? '')
    .split('\n')
    .flatMap((line) => parse<AttemptRecord & { by?: string; at?: string }>(line) ?? [])
    .map((record) => ({
      attempt: record.attempt,
      started_at: toInstant(record.from),
      finished_at: toInstant(record.to),
      outcome: record.outcome ?? 'failed',
      failure_code: record.failure_code ?? record.error?.code ?? null,
      error: record.error ?? null,
      worker: record.worker ?? null,
      ...(record.by === undefined ? {} : { by: record.by }),
      ...(record.at === undefined ? {} : { at: record.at }),
    }));
  const known = attempts.some((attempt) => attempt.attempt >= latest.attempt && attempt.outcome !== 'requeued');
  if (latest.attempt === 0 || status === 'queued' || known) return attempts;
  const failed = status === 'failed';
  attempts.push({
    attempt: latest.attempt,
    started_at: latest.startedAt,
    finished_at: latest.finishedAt,
    outcome: failed && code === 'CANCELLED' ? 'cancelled' : status,
    failure_code: failed ? code : null,
    error: failed ? error : null,
    worker: latest.worker,
  });
  return attempts;
}

function envelopeOf(data: string | null): TaskEnvelope | undefined {
  const envelope = parse<{ envelope?: TaskEnvelope }>(data)?.envelope;
  return typeof envelope === 'object' && envelope !== null ? envelope : undefined;
}

function resultOf(json: string | null): Record<string, unknown> | null {
  const value = parse<unknown>(json);
  if (value === undefined || value === null) return null;
  return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
}

function progressOf(json: string | null): Progress | null {
  const value = parse<unknown>(json);
  if (typeof value === 'number') return value === 0 ? null : { done: value, total: 100 };
  return typeof value === 'object' && value !== null && 'done' in value ? (value as Progress) : null;
}

/** A finally failed job is a dead letter from that moment; its label and index entry follow within the next pass. */
function parkOf(label: string | undefined): Park {
  return PARKS.find((park) => park === label) ?? 'dlq';
}

/** Field xs of a letter: what the index says of it. Mirrors `lua/include/index.lua`. */
type Stamp = { label: string; sequence: string; cause: string };

export function readStamp(stamp: string | null): Stamp | undefined {
  const parts = /^([a-z]+):(\d+):(.*)$/s.exec(stamp ?? '');
  if (parts === null) return undefined;
  const [, label = '', sequence = '', cause = ''] = parts;
  return { label, sequence, cause };
}

/** The code lies in the cause, behind group, requeues and type. */
function codeOf(stamp: Stamp | undefined): string | undefined {
  if (stamp?.label === 'cancelled') return 'CANCELLED';
  return stamp?.cause.split('|').slice(3).join('|');
}

/** Error of the last attempt that ended in one, since the last requeue. */
export function lastError(history: string | null): TaskError | undefined {
  const lines = (history ?? '').split('\n');
  const record = parse<AttemptRecord>(lines.at(-1));
  return record?.error;
}

/** A job that failed without our record of why: its worker died (BullMQ's own words) or was not one of ours. */
export function errorFromReason(reason: string | null): TaskError | null {
  if (reason === null) return null;
  const lost = /^job (stalled|started) more than allowable limit$/.test(reason);
  return { code: lost ? 'WORKER_LOST' : 'UNKNOWN', message: reason };
}

export function toInstant(milliseconds: number | string | null | undefined): string | null {
  if (milliseconds === null || milliseconds === undefined || milliseconds === '') return null;
  const value = Math.floor(Number(milliseconds));
  return Number.isFinite(value) ? new Date(value).toISOString() : null;
}

export function parse<Value>(json: string | null | undefined): Value | undefined {
  if (json === null || json === undefined || json === '') return undefined;
  try {
    return JSON.parse(json) as Value;
  } catch {
    return undefined;
  }
}
