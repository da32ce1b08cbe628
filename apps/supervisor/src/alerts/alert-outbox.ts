import type { Clock, Logger } from '@nexus/runtime';
import type { Alert } from './alert.ts';
import type { AlertMetrics } from './alert-metrics.ts';
import { alertOfEntry, type AlertContext } from './alert-of-entry.ts';
import type { AlertEntry, AlertStream } from './alert-stream.ts';
import { deliverAlert, type DeliveryPorts } from './deliver-alert.ts';
import { dueEntries } from './due-entries.ts';
import { groupBy, runGroups } from './run-groups.ts';

/**
 * What became of alerts. `waiting` were not tried: the time was over, an equal one had just failed, somebody else is at
 * it, or the store is away. They and the `failed` ones stay and are tried again; a `failed` one may have been the last try.
 */
export type AlertCounts = { delivered: number; suppressed: number; failed: number; not_set: number; waiting: number };

/** How alerts are retried, and what waiting and dead ones are called in logs. */
export type OutboxOptions = AlertContext & { maxRetries: number; retryLabel: string; deadLabel: string };

export type OutboxPorts = DeliveryPorts & {
  stream: AlertStream;
  metrics: Pick<AlertMetrics, 'alerts'>;
  logger: Logger;
  now: Clock;
  newId: () => string;
};

/** Delivers waiting alerts; none is lost but by being given up in public (ALARM_WORKER_DLQ, the dead stream, a metric). */
export type AlertOutbox = {
  /** Tries these entries now, for the request that made them; takes seconds at most. Never rejects. */
  deliverNow: (entryIds: readonly string[]) => Promise<AlertCounts>;
  /** Tries what is due: retries, and entries whose request died. May run in several supervisors. */
  deliverDue: () => Promise<AlertCounts>;
};

/** Seconds after the first, second, third failure; the last one repeats. */
const RETRY_DELAYS = [5, 30, 300] as const;
/** No new delivery begins after this; the one that runs may take its 10 s. */
const NOW_BUDGET_MS = 10_000;
/** Shorter: other background loops wait meanwhile. */
const DUE_BUDGET_MS = 5_000;

type Reading = { entry: AlertEntry; alert: Alert } | { entry: AlertEntry; why: string };

/** Opens the outbox over the stream all supervisors share. */
export function createAlertOutbox(ports: OutboxPorts, options: OutboxOptions): AlertOutbox {
  const { stream, logger, now, metrics } = ports;
  let saidNotSet = false;

  function read(entry: AlertEntry): Reading {
    const reading = alertOfEntry(entry.fields, options);
    return reading.ok ? { entry, alert: reading.alert } : { entry, why: reading.why };
  }

  async function deliverAll(entries: readonly AlertEntry[], budgetMs: number): Promise<AlertCounts> {
    const until = now() + budgetMs;
    const counts = { delivered: 0, suppressed: 0, failed: 0, not_set: 0, waiting: 0 };
    await runGroups(groupBy(entries.map(read), groupOf), async (group) => {
      for (const [index, reading] of group.entries()) {
        const outcome = now() < until ? await tryOnce(reading) : 'late';
        if (outcome !== 'gone') counts[outcome === 'late' ? 'waiting' : outcome] += 1;
        // What is like it would fail like it, and use up its tries.
        if (outcome !== 'failed' && outcome !== 'late') continue;
        counts.waiting += group.length - index - 1;
        return;
      }
    });
    return counts;
  }

  async function tryOnce(reading: Reading): Promise<keyof AlertCounts | 'gone'> {
    const { id, tries } = reading.entry;
    const owner = ports.newId();
    try {
      if (!(await stream.lease(id, owner))) return 'waiting';
      // Somebody else may have had it between our reading and our lease.
      const [current] = await stream.read([id]);
      if (current?.tries === tries) return await settle(reading, owner);
      await stream.unlease(id, owner);
      return current === undefined ? 'gone' : 'waiting';
    } catch (error) {
      logger.warn('An alert stays in the outbox', { event: 'ALERT_OUTBOX_FAILED', entry: id, error });
      return 'waiting';
    }
  }

  async function settle(reading: Reading, owner: string): Promise<keyof AlertCounts> {
    const { entry } = reading;
    if (!('alert' in reading)) {
      await bury(entry, { owner, why: `the entry cannot be read: ${reading.why}`, key: entry.id, label: 'malformed' });
      return 'failed';
    }
    const { alert } = reading;
    const key = alert.dedupe_key ?? entry.id;
    logger.info('An alert is being delivered', {
      event: 'ALARM_WORKER_START',
      alert_key: key,
      attempt: entry.tries + 1,
    });
    const outcome = await deliverAlert({ ...alert, id: `alert-${entry.id}` }, ports);
    metrics.alerts.increment({ event: labelOf(alert.event), outcome });
    if (outcome === 'failed') await putOff(entry, { owner, key, label: labelOf(alert.event) });
    else await stream.done(entry.id);
    if (outcome === 'not_set') sayNotSet();
    return outcome;
  }

  async function putOff(entry: AlertEntry, about: { owner: string; key: string; label: string }): Promise<void> {
    const tries = entry.tries + 1;
    if (tries > options.maxRetries) {
      await bury({ ...entry, tries }, { ...about, why: 'its retries are used up' });
      return;
    }
    const delay = RETRY_DELAYS[Math.min(tries, RETRY_DELAYS.length) - 1] ?? 0;
    await stream.retry({ ...entry, tries, dueAt: now() + delay * 1000 }, about.owner);
    const queue = `${options.retryLabel}.${delay}s`;
    const facts = { alert_key: about.key, attempt: tries, queue, delay_s: delay };
    logger.warn('An alert will be tried again', { event: 'ALARM_WORKER_RETRY', ...facts });
  }

  async function bury(
    entry: AlertEntry,
    { owner, why, key, label }: { owner: string; why: string; key: string; label: string },
  ): Promise<void> {
    await stream.bury(entry, { owner, burial: { why, tries: entry.tries } });
    metrics.alerts.increment({ event: label, outcome: 'dead' });
    const facts = { alert_key: key, attempt: entry.tries, queue: options.deadLabel, entry: entry.id, why };
    logger.error('An alert was given up; it is kept among the dead ones', { event: 'ALARM_WORKER_DLQ', ...facts });
  }

  function sayNotSet(): void {
    if (saidNotSet) return;
    saidNotSet = true;
    logger.warn('Alerts go nowhere: set ALERT_WEBHOOK_URL', { event: 'ALERT_WEBHOOK_NOT_SET' });
  }

  return {
    async deliverNow(entryIds) {
      try {
        return await deliverAll(await stream.read(entryIds), NOW_BUDGET_MS);
      } catch (error) {
        logger.warn('Alerts stay in the outbox', { event: 'ALERT_OUTBOX_FAILED', alerts: entryIds.length, error });
        return { delivered: 0, suppressed: 0, failed: 0, not_set: 0, waiting: entryIds.length };
      }
    },
    async deliverDue() {
      const due = await dueEntries(stream, (entry) => entry.dueAt <= now() || 'why' in read(entry));
      return deliverAll(due, DUE_BUDGET_MS);
    },
  };
}

/** Equal alerts are told one after another, so that the first tells for the others. */
function groupOf(reading: Reading): string {
  if (!('alert' in reading)) return `malformed ${reading.entry.id}`;
  return reading.alert.dedupe_key ?? reading.alert.event;
}

/** Events are named in code; whatever else got into the stream does not become a label. */
function labelOf(event: string): string {
  return /^[a-z][a-z0-9_]{0,40}$/.test(event) ? event : 'other';
}
