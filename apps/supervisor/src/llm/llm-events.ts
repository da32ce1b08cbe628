import type { RouterEvent } from '@nexus/llm-router';
import type { Logger } from '@nexus/runtime';
import type { Alerts } from '../alerts/alerts.ts';
import type { ModelLedger } from '../finops/model-ledger.ts';
import type { Afterwards } from './afterwards.ts';
import type { LlmAudit } from './llm-audit.ts';
import { countEvent, type LlmMetrics } from './llm-metrics.ts';

type ListenerPorts = {
  metrics: LlmMetrics;
  audit: LlmAudit;
  ledger: Pick<ModelLedger, 'avoided'>;
  afterwards: Pick<Afterwards, 'run'>;
  logger: Logger;
  alerts: Pick<Alerts, 'append'>;
};

/**
 * Who hears what happens in the router: the log, and people when a provider has no money, at once; metrics, audit and
 * savings afterwards.
 */
export function createLlmListener(ports: ListenerPorts): (event: RouterEvent) => void {
  const { metrics, audit, ledger, afterwards, logger, alerts } = ports;

  function count(event: RouterEvent): void {
    countEvent(metrics, event);
    audit.onEvent(event);
    if (event.type !== 'dedupe_hit') return;
    const { tags, provider, model, avoided_nano } = event;
    ledger.avoided(tags, { provider, model, nano: avoided_nano });
  }

  return (event) => {
    afterwards.run(() => count(event));
    if (event.type === 'circuit_opened') {
      logger.warn('The circuit of a provider opened', { event: 'BREAKER_OPEN', ...event.circuit });
    }
    if (event.type === 'settle_failed') {
      const { reservation_id, error } = event;
      logger.error('A cost could not be settled now', {
        event: 'LLM_SETTLE_FAILED',
        reservation_id,
        error,
      });
    }
    if (event.type === 'conclude_failed') {
      logger.error('How a model call ended could not be told', { event: 'LLM_CONCLUDE_FAILED', error: event.error });
    }
    if (event.type === 'parked') void tellParked(event.provider, { logger, alerts });
  };
}

/** Told by the one caller that saw it happen; the alerts' own dedupe covers providers that are parked again and again. */
async function tellParked(
  provider: string,
  { logger, alerts }: { logger: Logger; alerts: Pick<Alerts, 'append'> },
): Promise<void> {
  logger.error('A provider has no money and is not called any more', { event: 'PROVIDER_PARKED', provider });
  try {
    await alerts.append({
      event: 'provider_parked',
      payload: { provider },
      dedupe_key: `provider_parked:${provider}`,
      sentence: `The model provider ${provider} has no money left and is not called any more: top up its account.`,
    });
  } catch (error) {
    logger.error('An alert could not be stored', { event: 'ALERT_APPEND_FAILED', alert: 'provider_parked', error });
  }
}
