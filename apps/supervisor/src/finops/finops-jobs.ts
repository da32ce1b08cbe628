import type { Logger } from '@nexus/runtime';
import type { Finops } from './create-finops.ts';
import type { FinopsMetrics } from './finops-metrics.ts';

type Ports = {
  finops: Finops;
  metrics: Pick<FinopsMetrics, 'ledgerSealed' | 'ledgerSealFailed'>;
  logger: Logger;
};

const SWEEP_SECONDS = 10;
/** Lines of one run of the sealer: what is left is the next run's. */
const MOST_LINES = 50_000;

/** What the ledger does in the background, each once per interval over every supervisor. */
export function finopsJobs(ports: Ports): Record<string, { everySeconds: number; run: () => Promise<void> }> {
  const { sealEverySeconds, watchEverySeconds, anomalies } = ports.finops;
  const watch = { everySeconds: watchEverySeconds, run: () => anomalies.run() };
  return {
    'ledger-sweep': { everySeconds: SWEEP_SECONDS, run: () => sweep(ports) },
    ...(sealEverySeconds > 0 ? { 'ledger-seal': { everySeconds: sealEverySeconds, run: () => seal(ports) } } : {}),
    ...(watchEverySeconds > 0 ? { 'anomaly-watch': watch } : {}),
  };
}

/** Gives back what calls reserved that never came back. */
async function sweep({ finops, logger }: Ports): Promise<void> {
  for (let more = true; more;) {
    const swept = await finops.ledger.sweep();
    more = swept.more;
    if (swept.expired > 0) {
      logger.warn('Reservations expired: their calls never came back', {
        event: 'LEDGER_HOLDS_EXPIRED',
        expired: swept.expired,
      });
    }
    if (swept.broken.length > 0) {
      logger.error('Reservations cannot be read, and their money stays reserved: see nexus ledger rebuild', {
        event: 'LEDGER_HOLDS_BROKEN',
        broken: swept.broken.slice(0, 10),
      });
    }
  }
}

/** Both chains; trouble of one is told and does not keep the other from being sealed. */
async function seal({ finops, metrics, logger }: Ports): Promise<void> {
  for (const { kind, sealer } of finops.sealers) {
    try {
      const run = await sealer.run({ limit: MOST_LINES });
      if (run.outcome === 'sealed') metrics.ledgerSealed.increment({ kind }, run.lines);
      if (run.outcome === 'sealed' && (run.lines > 0 || run.closed.length > 0)) {
        const { lines, closed, trimmed, lost } = run;
        logger.info('Records were sealed', {
          event: 'LEDGER_SEALED',
          kind,
          lines,
          closed: closed.length,
          trimmed,
          lost,
        });
      }
    } catch (error) {
      metrics.ledgerSealFailed.increment({ kind });
      logger.error('Records could not be sealed; they wait in the store', { event: 'LEDGER_SEAL_FAILED', kind, error });
    }
  }
}

/** Sets the gauges of budgets and of what waits, before a scrape. Rejects while the store is away. */
export async function watchBudgets(finops: Finops, metrics: FinopsMetrics): Promise<void> {
  metrics.finopsWaiting.set({}, finops.models.waiting());
  await finops.anomalies.observe();
  for (const { period, scope, hard_nano, spent_nano, reserved_nano } of await finops.ledger.budgets()) {
    if (hard_nano === null) continue;
    const labels = { period, scope };
    metrics.budgetSpent.set(labels, Number(spent_nano) / 1e9);
    metrics.budgetReserved.set(labels, Number(reserved_nano) / 1e9);
    metrics.budgetLimit.set(labels, Number(hard_nano) / 1e9);
  }
}
