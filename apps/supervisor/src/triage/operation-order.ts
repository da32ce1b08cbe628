import type { CreateOperation } from '@nexus/contracts';
import { filterOf } from './move-orders.ts';
import type { MoveOrder } from './move-order.ts';

/** What members of the body contradict each other; undefined = none. */
export function contradictionIn(body: CreateOperation): string | undefined {
  const { action, park, mode } = body;
  const caps = ['max_requeue', 'max_hold', 'max_alarm'] as const;
  const cap = caps.find((name) => body[name] !== undefined);
  if (cap !== undefined && action !== 'apply') return `${cap} goes with action apply only; use max`;
  if (body.canary !== undefined && action !== 'requeue') return 'canary goes with action requeue only';
  if (body.force && (action !== 'requeue' || mode === 'auto'))
    return 'force confirms a manual requeue; it goes with action requeue and mode manual only';
  if (action === park) return `the letters of ${park} are there already; take them from another park`;
  if (action === 'apply' && park !== 'dlq') return 'apply does what triage says of dead letters; park must be dlq';
  if (action === 'purge' && mode === 'auto') return 'triage never says purge; mode auto does not go with it';
  return undefined;
}

/** The order of an operation. What is not limited is done to the last letter. */
export function operationOrder(body: CreateOperation, applyMaxAgeSeconds: number): MoveOrder {
  const { action, park, mode, force, per_second, canary } = body;
  return {
    route: 'dlqCreateOperation',
    action,
    park,
    filter: filterOf(body.filter),
    mode,
    force,
    limits: limitsOf(body),
    ...(action === 'apply' ? { max_age_seconds: applyMaxAgeSeconds } : {}),
    send_alert: body.send_alert,
    ...(per_second === undefined ? {} : { per_second }),
    ...(canary === undefined ? {} : { canary }),
  };
}

function limitsOf({ max, max_requeue, max_hold, max_alarm }: CreateOperation): MoveOrder['limits'] {
  return {
    ...(max === undefined ? {} : { moves: max }),
    ...(max_requeue === undefined ? {} : { requeue: max_requeue }),
    ...(max_hold === undefined ? {} : { hold: max_hold }),
    ...(max_alarm === undefined ? {} : { alarm: max_alarm }),
  };
}
