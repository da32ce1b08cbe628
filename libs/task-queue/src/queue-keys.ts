import { createHash } from 'node:crypto';

/** Every key of this app carries this hash tag, so that its scripts run on one slot of a Redis Cluster. */
export const KEY_PREFIX = '{nexus}';

/** Where BullMQ and the index keep a queue. `jobs` and `index` are prefixes, the others whole keys. */
export type QueueKeys = {
  jobs: string;
  index: string;
  /** Set of the types tasks were created with: the names of the by-type indexes. */
  types: string;
  byType: (taskType: string) => string;
  byRequester: (requestedBy: string) => string;
  idempotency: (scope: string, key: string) => string;
  audit: string;
  events: string;
  cancelChannel: string;
  /** Stream of alerts to be delivered, written by the scripts that cause them. */
  alerts: string;
};

/** Names the keys of one task queue. Pure; the same in every process that shares the queue. */
export function queueKeys(queueName: string): QueueKeys {
  const index = `${KEY_PREFIX}:ix:${queueName}:`;
  const jobs = `${KEY_PREFIX}:${queueName}:`;
  return {
    jobs,
    index,
    types: `${index}types`,
    byType: (taskType) => `${index}type:${taskType}`,
    byRequester: (requestedBy) => `${index}by:${requestedBy}`,
    idempotency: (scope, key) =>
      `${KEY_PREFIX}:idempotency:${createHash('sha256')
        .update(JSON.stringify([scope, key]))
        .digest('hex')}`,
    audit: `${KEY_PREFIX}:audit`,
    events: `${jobs}events`,
    cancelChannel: `${index}cancel`,
    alerts: `${KEY_PREFIX}:alerts`,
  };
}
