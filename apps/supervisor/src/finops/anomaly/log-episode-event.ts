import type { EpisodeEvent } from '@nexus/finops';
import { plainName } from '@nexus/finops-ledger';
import type { Logger } from '@nexus/runtime';

const names = { grew: 'ANOMALY_GREW', muted: 'ANOMALY_MUTED', resolved: 'ANOMALY_RESOLVED' } as const;

/** A line about an episode that is told to nobody; one that opened has its own line when it is told. */
export function logEpisodeEvent({ type, episode }: EpisodeEvent, logger: Logger): void {
  if (type === 'opened') return;
  const { scope, kind, from, last, impact } = episode;
  const impactUsd = Number(impact.toFixed(6));
  const fields = { event: names[type], scope: plainName(scope), kind, from, last, impact_usd: impactUsd };
  logger.info('An anomaly of spend changed', fields);
}
