import { routes } from '@nexus/contracts';
import { moveLetters } from './move-letters.ts';
import { applyOrder } from './move-orders.ts';
import type { TriagePorts } from './triage-ports.ts';

/** What a request without parameters would ask for: the default caps of the contract. */
const defaults = routes.dlqApply.query.parse({});

/** Does with dead letters what triage says, exactly as POST /dlq/apply would. */
export async function applyOnSchedule(ports: TriagePorts): Promise<void> {
  const order = applyOrder(defaults, ports.applyMaxAgeSeconds);
  await moveLetters(ports, { order, dryRun: false, planHash: undefined, actor: { by: 'schedule' } });
}
