import type { FailureCode } from '@nexus/failure-taxonomy';

/** First steps in one line, for installations that serve no runbooks. Nothing sensible can be said for the missing ones. */
const hints: Readonly<Partial<Record<FailureCode, string>>> = {
  PROVIDER_AUTH_ERROR: 'Check keys and permissions.',
  PROVIDER_DISABLED: 'Check feature flags and provider settings.',
  PROVIDER_RATE_LIMIT: 'Mitigate: lower the rate, back off, spread the load.',
  PROVIDER_TIMEOUT: 'Tune timeouts and check the network.',
  PROVIDER_UPSTREAM_ERROR: 'Handle the 5xx: check the status page of the other side, then requeue.',
  SCHEMA_PARSE_ERROR: 'Enforce JSON-only output.',
  SCHEMA_VALIDATION_ERROR: 'Compare fields and constraints with the schema.',
  SCHEMA_REPAIR_FAILED: 'Align prompt and schema.',
  WORKER_LOST: 'Look for crashes, out-of-memory kills and blocked event loops of the worker before requeueing.',
  PAYLOAD_INVALID: 'Correct the payload and create a new task; requeueing repeats the failure.',
  UNKNOWN_TASK_TYPE: 'Deploy an agent for this type or correct the type.',
  BUDGET_EXCEEDED: 'Raise the daily budget or wait for the next UTC day.',
  CALLBACK_FAILED: 'Check that the supervisor can be reached from the worker.',
  DELIVERY_FAILED: 'Check the message provider, then requeue.',
  DELIVERY_UNCERTAIN: 'Ask the message provider whether it was delivered; never send it again unasked.',
};

/** Where to read on for a failure code: a page below `baseUrl`, else a short hint, else undefined. Empty base = unset. */
export function runbookFor(code: string | null | undefined, baseUrl?: string): string | undefined {
  const known = code?.trim();
  if (!known) return undefined;
  const base = baseUrl?.trim().replace(/\/+$/, '');
  if (base) return `${base}/${encodeURIComponent(known)}`;
  return Object.hasOwn(hints, known) ? hints[known as FailureCode] : undefined;
}
