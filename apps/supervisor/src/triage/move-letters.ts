import { createHash } from 'node:crypto';
import type { ProblemReply } from '@nexus/contracts';
import type { Credential } from '@nexus/runtime/http';
import type { Frozen, MoveReport, MoveRequest } from '@nexus/task-queue';
import { actorOf } from '../task/task-ports.ts';
import { accountMove, auditEventOf } from './account-move.ts';
import { deliverAlerts } from './deliver-alerts.ts';
import { keepPlan, openPlan, type MoveOrder } from './move-order.ts';
import type { Actor, TriagePorts } from './triage-ports.ts';
import { verdictsOf } from './verdicts.ts';

/** What the query of every moving route has. */
export type ActingQuery = { dry_run: boolean; plan_hash?: string | undefined; reason?: string | undefined };

/** The call of a request. */
export function callOf(order: MoveOrder, query: ActingQuery, credential: Credential | undefined): MoveCall {
  const actor = { by: actorOf(credential), reason: query.reason };
  return { order, dryRun: query.dry_run, planHash: query.plan_hash, actor };
}

/** A move as a request asks for it. With `planHash` the order of that plan counts, not this one. `mostLooks` bounds a dry run, not its plan. */
export type MoveCall = {
  order: MoveOrder;
  dryRun: boolean;
  planHash: string | undefined;
  actor: Actor;
  mostLooks?: number;
};

/** What was done, or what would be. `order` is the one that was followed. */
export type MoveOutcome = {
  order: MoveOrder;
  report: MoveReport;
  dryRun: boolean;
  /** Alerts that were delivered before the answer. */
  alerted: number;
  /** Of a dry run. */
  planHash: string | undefined;
  /** Of a real run. */
  operationId: string | undefined;
};

/**
 * Moves letters, or says what would be moved and keeps that as a plan. Audited, logged and counted; alerts of letters
 * moved to alarm are delivered before it returns, or soon after by the outbox: the move is never undone.
 */
export async function moveLetters(
  ports: TriagePorts,
  call: MoveCall,
): Promise<MoveOutcome | ProblemReply<'PLAN_STALE'>> {
  const { letters } = ports;
  const { planHash, order } = call;
  const opened = planHash === undefined ? undefined : await openPlan(letters, { hash: planHash, order }, ports);
  if (opened?.ok === false) return opened.reply;
  const followed = opened?.plan.order ?? order;
  if (call.dryRun) return dryRun(ports, { ...call, order: followed }, opened?.plan.frozen);
  return realRun(ports, { ...call, order: followed }, opened?.plan.frozen);
}

async function dryRun(ports: TriagePorts, call: MoveCall, frozen: Frozen | undefined): Promise<MoveOutcome> {
  const { letters } = ports;
  const { order, mostLooks } = call;
  const moment = frozen ?? (await letters.freeze());
  const report = await letters.move({
    ...moveRequestOf(order, ports, { operationId: ports.newId(), actor: call.actor }),
    ...(mostLooks === undefined ? {} : { limits: { ...order.limits, visits: mostLooks } }),
    frozen: moment,
    dryRun: true,
    budget: budgetOf(order, { planHash: undefined, operationId: 'plan' }),
  });
  const planHash = call.planHash ?? (await keepPlan(letters, { order, frozen: moment }, ports));
  const outcome = { order, report, dryRun: true, alerted: 0, planHash, operationId: undefined };
  accountMove(ports, outcome, call.actor);
  return outcome;
}

async function realRun(ports: TriagePorts, call: MoveCall, frozen: Frozen | undefined): Promise<MoveOutcome> {
  const { letters } = ports;
  const { order, planHash, actor } = call;
  const operationId = ports.newId();
  const report = await letters.move({
    ...moveRequestOf(order, ports, { operationId, actor }),
    ...(frozen === undefined ? {} : { frozen }),
    budget: budgetOf(order, { planHash, operationId }),
  });
  const alerted = await deliverAlerts(ports, { operationId, entries: report.alerts });
  const outcome = { order, report, dryRun: false, alerted, planHash: undefined, operationId };
  accountMove(ports, outcome, actor);
  return outcome;
}

/** The request that carries out an order. The caller adds the budget, and the moment of its plan. */
export function moveRequestOf(
  order: MoveOrder,
  ports: TriagePorts,
  { operationId, actor, name }: { operationId: string; actor: Actor; name?: string | undefined },
): Omit<MoveRequest, 'budget'> {
  const { action, park, filter, limits, mode, force } = order;
  return {
    park,
    filter,
    limits,
    verdicts: verdictsOf(order, ports),
    maxAgeSeconds: order.max_age_seconds,
    locks: action === 'requeue' && mode === 'manual' && force ? 'release' : 'respect',
    dryRun: false,
    alert: order.send_alert && (action === 'alarm' || action === 'apply'),
    record: {
      operation_id: operationId,
      name: name ?? nameOf(order),
      action,
      by: actor.by,
      reason: actor.reason,
      audit: auditOf(order),
    },
  };
}

/** What an operation is called that nobody named. */
export function nameOf({ action, park }: Pick<MoveOrder, 'action' | 'park'>): string {
  return `${action} ${park}`;
}

function auditOf(order: MoveOrder): Record<string, string> {
  const { park, filter, limits, mode, force } = order;
  return {
    event: auditEventOf(order),
    park,
    filter: JSON.stringify(filter),
    limits: JSON.stringify(limits),
    mode,
    force: String(force),
  };
}

/**
 * Calls of one plan share its caps as long as it is kept; applies that ask for the same share them while they run. The
 * limit of any other call is its own.
 */
function budgetOf(
  order: MoveOrder,
  { planHash, operationId }: { planHash: string | undefined; operationId: string },
): MoveRequest['budget'] {
  if (planHash !== undefined) return { key: planHash, kept: true };
  const { route, filter, limits, mode } = order;
  if (order.action !== 'apply') return { key: operationId, kept: false };
  const text = JSON.stringify([route, filter.failure_code, filter.task_type, filter.group, limits, mode]);
  return { key: createHash('sha256').update(text).digest('hex').slice(0, 32), kept: false };
}
