import type { Clock, Logger } from '@nexus/runtime';
import type { TaskQueue } from '@nexus/task-queue';
import type { MetricHandles } from '../metrics.ts';

/** What the task routes work with. */
export type TaskPorts = {
  queue: TaskQueue;
  metrics: MetricHandles;
  logger: Logger;
  now: Clock;
  /** A new UUID v4. */
  newId: () => string;
};

/** Who did it, for audit records: kind and fingerprint of the key. */
export function actorOf(credential: { kind: string; fingerprint: string } | undefined): string {
  return credential === undefined ? 'nobody' : `${credential.kind}:${credential.fingerprint}`;
}
