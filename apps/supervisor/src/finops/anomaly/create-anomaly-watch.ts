import { findingKey, RULE_KINDS, type LedgerLine, type RuleFinding } from '@nexus/finops';
import {
  applyRules,
  createAnomalyStore,
  createToldAnomalies,
  readCircuits,
  readRateLimits,
  spentOfLine,
  type anomalyVariables,
  type OpenEpisode,
} from '@nexus/finops-ledger';
import type { Clock, Logger, SettingValues } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import type { Alert } from '../../alerts/alert.ts';
import type { Alerts } from '../../alerts/alerts.ts';
import { episodeAlert, ruleAlert } from './anomaly-alert.ts';
import type { AnomalyMetrics } from './anomaly-metrics.ts';
import { logEpisodeEvent } from './log-episode-event.ts';
import { takeInHours, type HourSource } from './take-in-hours.ts';
import { afterEvents, episodesToTell } from './tell-episodes.ts';

/** What the watch needs of the ledger: lines of a stretch of time (ms, the end left out), cells of hours (s, both included). */
export type WatchedLedger = HourSource & {
  lines: (range: { from: number; to: number }) => AsyncIterable<LedgerLine>;
};

export type AnomalyWatchSettings = SettingValues<typeof anomalyVariables> & {
  BREAKER_FAIL_THRESHOLD: number;
  BREAKER_WINDOW_SECONDS: number;
  FINOPS_TZ: string;
};

export type AnomalyWatchOptions = {
  /** A connection for requests; closed by its owner. */
  redis: Redis;
  ledger: WatchedLedger;
  settings: AnomalyWatchSettings;
  alerts: Pick<Alerts, 'append'>;
  metrics: AnomalyMetrics;
  logger: Logger;
  now: Clock;
  newId: () => string;
};

/** Looks for anomalies and puts alerts about them into the outbox, each once, over every supervisor. */
export type AnomalyWatch = {
  /** One look, for a background loop. Does nothing while another process looks. Rejects when the store is away; the next look makes up for it. */
  run: () => Promise<void>;
  /** Sets the gauges; for a scrape. */
  observe: () => Promise<void>;
};

/** How long an episode is not told again: it cannot be open for longer than its history lasts. */
const EPISODE_SECONDS = 36 * 86_400;

export function createAnomalyWatch(options: AnomalyWatchOptions): AnomalyWatch {
  const { redis, ledger, settings, alerts, metrics, logger, now } = options;
  const owner = options.newId();
  const store = createAnomalyStore(redis);
  const told = createToldAnomalies(redis, { receiver: 'alerts', owner });

  /** Claim, then put into the outbox, which does not lose it, then commit. False when somebody told it already. */
  async function tell(key: string, alert: Alert, { kind, seconds }: { kind: string; seconds: number }): Promise<void> {
    if (!(await told.claim(key))) return;
    try {
      await alerts.append(alert);
    } catch (error) {
      await told.release(key).catch(() => undefined);
      throw error;
    }
    metrics.anomalies.increment({ kind });
    logger.warn('An anomaly was found', { event: 'ANOMALY_FOUND', ...alert.payload });
    await told.commit(key, seconds);
  }

  async function watchRules(): Promise<void> {
    const sources = {
      spent: (window: { from: number; until: number }) => spentIn(ledger, window),
      rateLimits: (window: { from: number; until: number }) => readRateLimits(redis, window),
      circuits: () => readCircuits(redis),
      memory: store,
    };
    const { findings, skipped } = await applyRules(sources, settings, now());
    if (skipped > 0) logger.warn('Audit records cannot be read', { event: 'ANOMALY_RECORDS_SKIPPED', skipped });
    await store.saveFound(countByKind(findings));
    for (const finding of findings) {
      await tell(findingKey(finding), ruleAlert(finding), {
        kind: finding.kind,
        seconds: settings.ANOMALY_WINDOW_MIN * 60,
      });
    }
  }

  async function watchSpend(): Promise<void> {
    const outcome = await takeInHours({ store, ledger, zone: settings.FINOPS_TZ }, now() / 1000);
    const before = await store.episodes();
    const open = afterEvents(before, outcome.events);
    const opened = outcome.events.filter(({ type, episode }) => type === 'opened' && isTellable(open.get(episode.id)));
    const ids = new Set(opened.map(({ episode }) => episode.id));
    const telling = await episodesToTell(
      [...ids].flatMap((id) => open.get(id)?.episode ?? []),
      { told: before.filter(({ explanation }) => explanation !== undefined), ledger, zone: settings.FINOPS_TZ },
    );
    for (const each of telling) {
      open.set(each.episode.id, each);
      const { id, kind } = each.episode;
      await tell(`spend:${id}`, episodeAlert(each), { kind, seconds: EPISODE_SECONDS });
    }
    for (const event of outcome.events) logEpisodeEvent(event, logger);
    if (outcome.unwatched > 0) {
      logger.warn('There are more scopes than are watched for anomalies', {
        event: 'ANOMALY_SCOPES_BOUNDED',
        unwatched: outcome.unwatched,
      });
    }
    const { series, dropped, hour } = outcome;
    const isIdle = hour === undefined && series.length === 0 && outcome.events.length === 0;
    // Last: what was not saved is looked at again, and what was told by then is not told again.
    if (!isIdle) await store.save({ series, dropped, hour, episodes: [...open.values()] });
  }

  return {
    async run() {
      if (!(await store.lease(owner))) return;
      try {
        const outcomes = await Promise.allSettled([watchRules(), watchSpend()]);
        const failed = outcomes.find((outcome) => outcome.status === 'rejected');
        if (failed !== undefined) throw failed.reason;
      } finally {
        await store.release(owner).catch(() => undefined);
      }
    },
    async observe() {
      const [found, episodes] = await Promise.all([store.found(), store.episodes()]);
      for (const kind of RULE_KINDS) metrics.anomaliesOpen.set({ kind }, found.get(kind) ?? 0);
      const tellable = episodes.filter(isTellable).map(({ episode }) => episode.kind);
      for (const kind of ['spike', 'outage'] as const) {
        metrics.anomaliesOpen.set({ kind }, tellable.filter((each) => each === kind).length);
      }
    },
  };
}

async function* spentIn(ledger: WatchedLedger, { from, until }: { from: number; until: number }) {
  for await (const line of ledger.lines({ from, to: until })) yield spentOfLine(line);
}

function isTellable(open: OpenEpisode | undefined): boolean {
  return open !== undefined && open.episode.state !== 'muted';
}

function countByKind(findings: readonly RuleFinding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
