import type { Client, Park } from '@nexus/contracts';

/** The routes of one park: equal queries, equal answers, only the path differs. */
export interface ParkCalls {
  readonly peek: Client['dlqPeek'];
  readonly purge: Client['dlqPurge'];
  /** HOLD and ALARM know no mode: every match is meant. */
  readonly requeue: Client['dlqRequeue'];
  /** The largest `limit` the requeue and purge routes take; more is an operation. */
  readonly mostRequeued: number;
  readonly mostPurged: number;
}

/** The calls of a park. Their answers are those of the DLQ's routes (contract: POST /hold/requeue answers as /dlq/requeue). */
export function parkCalls(client: Client, park: Park): ParkCalls {
  if (park === 'dlq') {
    const { dlqPeek: peek, dlqPurge: purge, dlqRequeue: requeue } = client;
    return { peek, purge, requeue, mostRequeued: 200, mostPurged: 10_000 };
  }
  const { holdPeek, holdPurge, holdRequeue, alarmPeek, alarmPurge, alarmRequeue } = client;
  const [peek, purge, requeue] =
    park === 'hold' ? [holdPeek, holdPurge, holdRequeue] : [alarmPeek, alarmPurge, alarmRequeue];
  return { peek, purge, requeue, mostRequeued: 200, mostPurged: 5000 };
}
