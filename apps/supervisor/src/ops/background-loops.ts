import type { Logger } from '@nexus/runtime';
import type { TaskQueue } from '@nexus/task-queue';
import { accountReport, reportOfUnreported, type AccountingPorts } from '../callback/account-report.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { FileStore } from '../file/file-store.ts';
import { isStoreUnavailable } from './store-unavailable.ts';
import type { Wait } from '../task/task-events.ts';
import type { OperationRunner } from '../triage/run-operations.ts';
import { applyOnSchedule } from '../triage/scheduled-apply.ts';
import type { TriagePorts } from '../triage/triage-ports.ts';

export type LoopPorts = AccountingPorts & {
  queue: TaskQueue;
  files: FileStore;
  alerts: Pick<Alerts, 'deliverDue'>;
  triage: TriagePorts;
  operations: Pick<OperationRunner, 'kick'>;
};

type Jobs = Parameters<TaskQueue['schedule']>[0];

/** What runs in the background, each once per interval over every supervisor. */
export function backgroundJobs(ports: LoopPorts): Jobs {
  const { queue, files, logger, triage } = ports;
  const { applyEverySeconds } = triage;
  const apply = { everySeconds: applyEverySeconds, run: () => applyOnSchedule(triage) };
  return {
    reconcile: { everySeconds: 30, run: () => reconcile(ports) },
    sweep: { everySeconds: 10, run: async () => tell(logger, 'TASK_SWEEP', { removed: await queue.sweep() }) },
    'sweep-files': { everySeconds: 600, run: async () => tell(logger, 'FILE_SWEEP', { removed: await files.sweep() }) },
    alerts: { everySeconds: 10, run: async () => tell(logger, 'ALERT_LOOP', await ports.alerts.deliverDue()) },
    operations: { everySeconds: 2, run: () => tendOperations(ports) },
    ...(applyEverySeconds > 0 ? { apply } : {}),
  };
}

/** Operations run on the side: loops take turns, and an operation may take hours. */
async function tendOperations({ operations, triage, logger }: LoopPorts): Promise<void> {
  operations.kick();
  tell(logger, 'OUTCOMES_SETTLED', { settled: await triage.letters.operations.settleOutcomes() });
}

async function reconcile(ports: LoopPorts): Promise<void> {
  const { unreported, ...mended } = await ports.queue.reconcile();
  for (const found of unreported) accountReport(ports, reportOfUnreported(found));
  tell(ports.logger, 'RECONCILE', { ...mended, unreported: unreported.length });
}

/** Worth a line only when something was done. */
function tell(logger: Logger, event: string, counts: Record<string, number>): void {
  const idle = Object.values(counts).every((count) => count === 0);
  if (idle) logger.debug('A background loop found nothing to do', { event, ...counts });
  else logger.info('A background loop did its work', { event, ...counts });
}

/** Time between two tries to start the loops while Redis is away. */
const RETRY_MS = 2000;

/** Starts the loops, after `before`, as soon as the store is there; a supervisor starts, and says that it is degraded, without it. */
export async function startLoops(
  queue: TaskQueue,
  jobs: Jobs,
  { logger, wait, signal, before }: { logger: Logger; wait: Wait; signal: AbortSignal; before: () => Promise<void> },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await before();
      await queue.schedule(jobs);
      return;
    } catch (error) {
      if (!isStoreUnavailable(error))
        logger.error('The background loops could not start', { event: 'LOOPS_FAILED', error });
      await wait(RETRY_MS, signal);
    }
  }
}
