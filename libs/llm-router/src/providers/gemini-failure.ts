import type { Refusal, Verdict } from './dialect.ts';
import { objectsOf, optionalText, textOf } from './json-value.ts';
import { boundedSeconds, retryAfterOf, secondsOfDuration, secondsToPacificMidnight } from './retry-after.ts';
import { kindOfStatus } from './status-kinds.ts';
import type { WireError } from './wire-error.ts';

/**
 * Classifies errors of Gemini, shaped as google.rpc.Status. The wait is in `details[].retryDelay` (RetryInfo), never in a
 * header; the RetryInfo of a day's quota is far too short, so that one waits for midnight in California.
 */
export function classifyGemini({ status, error, headers, now }: Refusal): Verdict {
  if (saysKeyInvalid(error)) return { kind: 'auth' };
  if (saysNoMoney(error)) return { kind: 'no_money' };
  if (error.type === 'NOT_FOUND') return { kind: 'model_missing' };
  const kind = kindOfStatus(status);
  if (kind === 'throttled' && namesDailyQuota(error))
    return { kind: 'quota', retryAfterSeconds: boundedSeconds(secondsToPacificMidnight(now)) };
  return { kind, retryAfterSeconds: retryDelayOf(error) ?? retryAfterOf(headers, now) };
}

function saysKeyInvalid({ body, message }: WireError): boolean {
  const reasons = objectsOf(body['details']).map(({ reason }) => textOf(reason));
  return reasons.some((reason) => reason.startsWith('API_KEY_')) || /^API key (?:not valid|expired)/i.test(message);
}

/** FAILED_PRECONDITION is the free tier where there is none; used-up prepaid credit is a 429. */
function saysNoMoney({ type, message }: WireError): boolean {
  return (
    type === 'FAILED_PRECONDITION' ||
    /prepa(?:y|id)|credits? (?:is|are) (?:depleted|used up)|spending cap/i.test(message)
  );
}

function namesDailyQuota({ body }: WireError): boolean {
  const violations = objectsOf(body['details']).flatMap(({ violations }) => objectsOf(violations));
  return violations.some(({ quotaId }) => textOf(quotaId).includes('PerDay'));
}

function retryDelayOf({ body }: WireError): number | undefined {
  const delays = objectsOf(body['details']).map(({ retryDelay }) => optionalText(retryDelay));
  const delay = delays.find((text) => text !== undefined);
  return delay === undefined ? undefined : secondsOfDuration(delay);
}
