import type { Logger } from '@nexus/runtime';
import { isNotSet, type Alert, type AlertChannel, type AlertResult } from './alert.ts';
import type { AlertDedupe } from './alert-dedupe.ts';

/** What became of one try. `not_set` and `suppressed` are final, `failed` may be tried again. */
export type DeliveryOutcome = 'delivered' | 'suppressed' | 'failed' | 'not_set';

export type DeliveryPorts = { channel: AlertChannel; dedupe: AlertDedupe; logger: Logger };

/**
 * Claim → deliver → commit, or release when it failed. `id` owns the claim, so that a second try of the same alert is
 * never taken for an equal one. Rejects only when the store is away before the delivery; nothing was sent then.
 */
export async function deliverAlert(alert: Alert & { id: string }, ports: DeliveryPorts): Promise<DeliveryOutcome> {
  const { dedupe, logger } = ports;
  const key = alert.dedupe_key;
  if (key === undefined) return outcomeOf(await sendAlert(alert, ports));
  const claim = await dedupe.claim(key, alert.id);
  if (!claim.allowed) return 'suppressed';
  const { suppressed } = claim;
  const stated = suppressed === 0 ? alert : { ...alert, payload: { ...alert.payload, suppressed } };
  const outcome = outcomeOf(await sendAlert(stated, ports));
  try {
    if (outcome === 'delivered') await dedupe.commit(key, { owner: alert.id, reported: suppressed });
    else await dedupe.release(key, alert.id);
  } catch (error) {
    // The claim ends by itself; at worst an equal alert is told early or half a minute late.
    logger.warn('The claim of an alert stays open', { event: 'ALERT_CLAIM_OPEN', alert_key: key, error });
  }
  return outcome;
}

/** One try without dedupe. Never rejects; tells the log what went wrong, without the address. */
export async function sendAlert(
  alert: Alert,
  { channel, logger }: Pick<DeliveryPorts, 'channel' | 'logger'>,
): Promise<AlertResult> {
  const result = await channel(alert).catch((error: unknown): AlertResult => {
    logger.error('An alert channel broke', { event: 'ALERT_CHANNEL_BROKEN', error });
    return { ok: false, status_code: null, error: 'the channel broke; the log of the supervisor says why' };
  });
  if (result.ok || isNotSet(result)) return result;
  const about = { alert_event: alert.event, alert_key: alert.dedupe_key };
  if (result.status_code === null) {
    logger.warn('A webhook could not be reached', { event: 'ALERT_WEBHOOK_ERROR', err: result.error, ...about });
  } else {
    logger.warn('A webhook refused an alert', { event: 'ALERT_WEBHOOK_NON2XX', status: result.status_code, ...about });
  }
  return result;
}

function outcomeOf(result: AlertResult): DeliveryOutcome {
  if (result.ok) return 'delivered';
  return isNotSet(result) ? 'not_set' : 'failed';
}
