import { routes } from '@nexus/contracts';
import { movedBy } from './account-move.ts';
import { moveLetters, moveRequestOf } from './move-letters.ts';
import { applyOrder } from './move-orders.ts';
import type { TriagePorts } from './triage-ports.ts';

/** What a request without parameters would ask for: the default caps of the contract. */
const defaults = routes.dlqApply.query.parse({});

/**
 * Does with dead letters what triage says, exactly as POST /dlq/apply would. Where there is nothing to do it leaves no
 * record: a schedule would fill the list of operations with them.
 */
export async function applyOnSchedule(ports: TriagePorts): Promise<void> {
  const order = applyOrder(defaults, ports.applyMaxAgeSeconds);
  const actor = { by: 'schedule' };
  const request = moveRequestOf(order, ports, { operationId: 'schedule', actor });
  const planned = await ports.letters.move({ ...request, dryRun: true, budget: { key: 'schedule', kept: false } });
  if (movedBy(planned) > 0) await moveLetters(ports, { order, dryRun: false, planHash: undefined, actor });
}
