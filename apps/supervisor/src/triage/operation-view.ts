import { OPERATION_ACTIONS, PARKS, type Operation, type OperationAction, type Park } from '@nexus/contracts';
import type { OperationRecord } from '@nexus/task-queue';
import { actedCounts } from './letter-replies.ts';
import { operationStateOf } from './operation-state.ts';

/** An operation as the API shows it, whether it ran in the background or was one request. */
export function operationView(record: OperationRecord): Operation {
  const { operation_id, name, status, by, reason, error, outcome } = record;
  const { started_at, updated_at, finished_at, done, total } = record;
  return {
    operation_id,
    name,
    action: actionOf(record.action),
    status,
    ...scopeOf(record.request),
    by,
    reason,
    started_at,
    updated_at,
    finished_at,
    progress: { done, total },
    acted: actedCounts(record.acted),
    skipped_age: record.skipped_age,
    skipped_cap: record.skipped_cap,
    skipped_locked: record.skipped_locked,
    skipped_policy: record.skipped_policy,
    errors: record.errors,
    alerted: record.alerted,
    outcome,
    error,
  };
}

type Scope = Pick<Operation, 'park' | 'filter' | 'mode' | 'force' | 'per_second' | 'canary'>;

/** Requests of one step write down texts for the audit log, operations their whole order. */
function scopeOf(request: Record<string, unknown>): Scope {
  const order = operationStateOf(request)?.order;
  if (order === undefined) {
    const filter = filterOf(request['filter']);
    const mode = request['mode'] === 'auto' ? 'auto' : 'manual';
    const force = String(request['force']) === 'true';
    return { park: parkOf(request['park']), filter, mode, force, per_second: null, canary: null };
  }
  const { park, filter, mode, force, per_second, canary } = order;
  return { park, filter, mode, force, per_second: per_second ?? null, canary: canary ?? null };
}

function filterOf(written: unknown): Operation['filter'] {
  if (typeof written !== 'string') return {};
  try {
    return JSON.parse(written) as Operation['filter'];
  } catch {
    return {};
  }
}

function parkOf(written: unknown): Park {
  return PARKS.find((park) => park === written) ?? 'dlq';
}

function actionOf(written: string): OperationAction {
  return OPERATION_ACTIONS.find((action) => action === written) ?? 'apply';
}
