import { createHash, randomUUID } from 'node:crypto';
import { createDeadLetters, type DeadLetters } from '@nexus/task-queue';
import { Redis } from 'ioredis';

/** The queue that all processes of one measurement share. */
export const LETTER_QUEUE = 'bench-letters';

/** How long the queue remembers tasks, in seconds. */
export const TASK_TTL_SECONDS = 604_800;

/** Distinct failure codes, each a group of its own, and task types; every pair of them occurs equally often. */
export const CODES = 20;
const TYPES = 10;

/** The payload of every letter is this long as JSON, in bytes. */
export const PAYLOAD_BYTES = 1024;

/** What a letter is made of. */
export type LetterParts = {
  task_type: string;
  failure_code: string;
  message: string;
  payload: Record<string, unknown>;
  /** SHA-256 of the payload in hexadecimal, as the audit record of a created task has it. */
  payload_hash: string;
};

/** The nth letter; types and codes take turns. Its message differs from all others only in a number. */
export function letterParts(n: number): LetterParts {
  const bare = JSON.stringify({ n, text: '' });
  const payload = { n, text: 'x'.repeat(PAYLOAD_BYTES - bare.length) };
  return {
    task_type: `type_${n % TYPES}`,
    failure_code: `CODE_${Math.floor(n / TYPES) % CODES}`,
    message: `no answer from host after ${n} ms`,
    payload,
    payload_hash: createHash('sha256').update(JSON.stringify(payload)).digest('hex'),
  };
}

/** A connection as the product's processes open it. */
export function connectTo(url: string): Redis {
  return new Redis(url, { maxRetriesPerRequest: null });
}

/** The letters of the measured queue, with the connection they are read by. */
export function openLetters(url: string): { letters: DeadLetters; connection: Redis } {
  const connection = connectTo(url);
  const letters = createDeadLetters({
    connection,
    queueName: LETTER_QUEUE,
    taskTtlSeconds: TASK_TTL_SECONDS,
    newToken: randomUUID,
    now: Date.now,
  });
  return { letters, connection };
}
