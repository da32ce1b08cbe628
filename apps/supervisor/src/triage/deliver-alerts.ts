import type { TriagePorts } from './triage-ports.ts';

/** An answer waits no longer for its alerts; what is not delivered by then is delivered all the same. */
const PATIENCE_MS = 6000;

/**
 * Delivers the alerts of letters that were just moved and returns how many arrived in time. The count of the operation
 * also gets those that arrive later. Never rejects: what fails stays in the outbox.
 */
export async function deliverAlerts(
  ports: TriagePorts,
  { operationId, entries }: { operationId: string; entries: readonly string[] },
): Promise<number> {
  if (entries.length === 0) return 0;
  const done = new AbortController();
  const late = ports.wait(PATIENCE_MS, AbortSignal.any([done.signal, ports.closing])).then(() => 0);
  const delivered = deliver(ports, { operationId, entries });
  const alerted = await Promise.race([delivered, late]);
  done.abort();
  return alerted;
}

async function deliver(
  { alerts, letters, logger }: TriagePorts,
  { operationId, entries }: { operationId: string; entries: readonly string[] },
): Promise<number> {
  const { delivered } = await alerts.deliverNow(entries);
  if (delivered === 0) return 0;
  await letters.operations.addAlerted(operationId, delivered).catch((error: unknown) => {
    const fields = { event: 'OPERATION_UNCOUNTED', operation_id: operationId, error };
    logger.warn('Delivered alerts could not be added to their operation', fields);
  });
  return delivered;
}
