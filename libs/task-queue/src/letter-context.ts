import type { Redis } from 'ioredis';
import type { queueKeys } from './queue-keys.ts';
import type { RunScript } from './queue-scripts.ts';

export type DeadLettersOptions = {
  /** Connection for commands: fails fast while Redis is away. Stays the caller's to close. */
  connection: Redis;
  /** TASK_QUEUE. */
  queueName: string;
  /** How long a purged task and a finished operation are remembered. 0 = not at all. */
  taskTtlSeconds: number;
  /** A new unguessable token: names of leases. */
  newToken: () => string;
  /** Epoch milliseconds. */
  now: () => number;
};

/** What the operations on letters work with. */
export type LetterContext = DeadLettersOptions & { keys: ReturnType<typeof queueKeys>; run: RunScript };
