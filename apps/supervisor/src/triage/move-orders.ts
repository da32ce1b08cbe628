import type { Park } from '@nexus/contracts';
import type { LetterFilter } from '@nexus/task-queue';
import type { MoveOrder } from './move-order.ts';

type Filtered = LetterFilter;
type Limited = Filtered & { limit: number };

/** The filter of a query, without what else is in it. */
export function filterOf({ failure_code, task_type, group }: Filtered): LetterFilter {
  return {
    ...(failure_code === undefined ? {} : { failure_code }),
    ...(task_type === undefined ? {} : { task_type }),
    ...(group === undefined ? {} : { group }),
  };
}

const plain = { mode: 'manual', force: false, send_alert: false } as const;

/** Letters back to the queue, at most `limit`. Force is for manual requeues only. */
export function requeueOrder(
  route: string,
  park: Park,
  query: Limited & { mode?: 'manual' | 'auto'; force: boolean },
): MoveOrder {
  const mode = query.mode ?? 'manual';
  const force = mode === 'manual' && query.force;
  return { ...plain, route, action: 'requeue', park, filter: filterOf(query), mode, force, limits: limitOf(query) };
}

/** Letters deleted for good, at most `limit`. */
export function purgeOrder(route: string, park: Park, query: Limited): MoveOrder {
  return { ...plain, route, action: 'purge', park, filter: filterOf(query), limits: limitOf(query) };
}

/** Dead letters to HOLD or, with an alert, to ALARM, at most `limit`. */
export function relabelOrder(
  route: string,
  action: 'hold' | 'alarm',
  query: Limited & { mode: 'manual' | 'auto'; send_alert?: boolean },
): MoveOrder {
  const send_alert = query.send_alert === true;
  const { mode } = query;
  return { ...plain, route, action, park: 'dlq', filter: filterOf(query), mode, limits: limitOf(query), send_alert };
}

export type ApplyQuery = Filtered & {
  sample: number;
  send_alert: boolean;
  max_requeue: number;
  max_hold: number;
  max_alarm: number;
};

/** With each dead letter what triage says: at most `sample` are looked at, each action has its cap. */
export function applyOrder(query: ApplyQuery, maxAgeSeconds: number): MoveOrder {
  const { sample, max_requeue, max_hold, max_alarm, send_alert } = query;
  return {
    ...plain,
    route: 'dlqApply',
    action: 'apply',
    park: 'dlq',
    filter: filterOf(query),
    limits: { visits: sample, requeue: max_requeue, hold: max_hold, alarm: max_alarm },
    max_age_seconds: maxAgeSeconds,
    send_alert,
  };
}

function limitOf({ limit }: Limited): { moves: number } {
  return { moves: limit };
}
