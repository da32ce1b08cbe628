import type { CreateOperation, ProblemReply, Routes } from '@nexus/contracts';
import type { Handlers } from '@nexus/runtime/http';
import { actorOf } from '../task/task-ports.ts';
import { auditEventOf } from './account-move.ts';
import { sumOf } from './count-letters.ts';
import { actedCounts, letterCounts } from './letter-replies.ts';
import { moveLetters, nameOf } from './move-letters.ts';
import { openPlan, type MoveOrder } from './move-order.ts';
import { contradictionIn, operationOrder } from './operation-order.ts';
import { newOperationState } from './operation-state.ts';
import { operationView } from './operation-view.ts';
import { alarmForbidden } from './requeue-letters.ts';
import type { OperationRunner } from './run-operations.ts';
import type { Actor, TriagePorts } from './triage-ports.ts';
import { onlyAlarmRefuses, verdictsOf } from './verdicts.ts';

type OperationRoutes = Pick<Routes, 'dlqCreateOperation' | 'dlqOperations' | 'dlqOperation' | 'dlqCancelOperation'>;

const notFound = {
  problem: 'NOT_FOUND',
  message: 'no operation has this id; it never existed or its time to live is over',
} as const;

/** Actions on any number of letters: planned, started, watched and cancelled. */
export function createOperationHandlers(
  ports: TriagePorts,
  runner: Pick<OperationRunner, 'kick'>,
): Handlers<OperationRoutes> {
  const { letters, logger } = ports;
  return {
    async dlqCreateOperation({ body, credential }) {
      const contradiction = contradictionIn(body);
      if (contradiction !== undefined)
        return { problem: 'BAD_REQUEST', message: `the body contradicts itself: ${contradiction}` };
      const order = operationOrder(body, ports.applyMaxAgeSeconds);
      const actor = { by: actorOf(credential), reason: body.reason };
      if (body.dry_run) return planOperation(ports, { order, body, actor });
      const created = await createOperation(ports, { order, body, actor });
      if ('problem' in created) return created;
      runner.kick();
      return { status: 202, body: created, headers: { location: `/dlq/operations/${created.operation_id}` } };
    },

    async dlqOperations({ query }) {
      const records = await letters.operations.list({ limit: query.limit, status: query.status });
      return { status: 200, body: { items: records.map(operationView) } };
    },

    async dlqOperation({ params }) {
      const record = await letters.operations.read(params.operation_id);
      return record === undefined ? notFound : { status: 200, body: operationView(record) };
    },

    async dlqCancelOperation({ params, credential }) {
      const { operation_id } = params;
      const outcome = await letters.operations.cancel(operation_id);
      const record = await letters.operations.read(operation_id);
      if (outcome === 'not_found' || record === undefined) return notFound;
      if (outcome === 'terminal') {
        const message = `the operation is ${record.status} already; there is nothing to cancel`;
        return { problem: 'OPERATION_TERMINAL', message, detail: { status: record.status } };
      }
      const facts = { operation_id, by: actorOf(credential) };
      await letters.audit('DLQ_OPERATION_CANCEL', facts);
      logger.info('An operation was cancelled', { event: 'DLQ_OPERATION_CANCEL', ...facts });
      runner.kick();
      return { status: 202, body: operationView(record) };
    },
  };
}

type Asked = { order: MoveOrder; body: CreateOperation; actor: Actor };

async function planOperation(ports: TriagePorts, { order, body, actor }: Asked) {
  const outcome = await moveLetters(ports, {
    order,
    dryRun: true,
    planHash: body.plan_hash,
    actor,
    mostLooks: ports.planLooks,
  });
  if ('problem' in outcome) return outcome;
  const { report, planHash = '' } = outcome;
  const { scanned, ids } = report;
  const counts = { ...letterCounts(report), scanned, ids, acted: actedCounts(report.acted) };
  return { status: 200 as const, body: { dry_run: true as const, plan_hash: planHash, ...counts } };
}

async function createOperation(ports: TriagePorts, { order, body, actor }: Asked) {
  const { letters, logger } = ports;
  const hash = body.plan_hash;
  const opened = hash === undefined ? undefined : await openPlan(letters, { hash, order }, ports);
  if (opened?.ok === false) return opened.reply;
  const followed = opened?.plan.order ?? order;
  const frozen = opened?.plan.frozen ?? (await letters.freeze());
  const concerned = await concernedBy(ports, followed);
  if ('problem' in concerned) return concerned;
  const operation_id = ports.newId();
  const { name = nameOf(followed), reason } = body;
  const { action, park, filter, mode, force } = followed;
  const facts = { park, filter: JSON.stringify(filter), mode, force: String(force) };
  const record = await letters.operations.create({
    operation_id,
    name,
    action,
    by: actor.by,
    reason,
    audit: { event: auditEventOf(followed), ...facts },
    request: newOperationState(followed, frozen, ports),
    total: concerned.total,
  });
  const audited = { operation_id, by: actor.by, action, total: String(concerned.total), ...facts };
  await letters.audit('DLQ_OPERATION_START', { ...audited, ...(reason === undefined ? {} : { reason }) });
  const about = { operation_id, name, action, by: actor.by, total: concerned.total, ...facts };
  logger.info('An operation was started', { event: 'DLQ_OPERATION', queue: ports.parkLabels[park], ...about });
  return operationView(record);
}

/** How many letters an order is about; refused when the alarm policy keeps every one of them. */
async function concernedBy(
  ports: TriagePorts,
  order: MoveOrder,
): Promise<{ total: number } | ProblemReply<'ALARM_REQUEUE_FORBIDDEN'>> {
  const causes = await ports.letters.causes(order.park, order.filter);
  const verdicts = verdictsOf(order, ports);
  const concerned = causes.filter((cause) => verdicts(cause).some((verdict) => verdict.do !== 'pass'));
  const refused = concerned.every((cause) => verdicts(cause).every((verdict) => verdict.do === 'refuse'));
  const total = sumOf(concerned);
  return refused && onlyAlarmRefuses(concerned, order, ports) ? alarmForbidden(total) : { total };
}
