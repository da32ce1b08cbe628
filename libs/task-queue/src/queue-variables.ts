import { integer, text, variable } from '@nexus/runtime';

/** What both sides of a queue, who fills it and who works on it, have to agree on. */
export const queueVariables = {
  TASK_QUEUE: variable({ group: 'Queue', type: text, default: 'nexus.tasks', text: 'name of the task queue' }),
  TASK_LOCK_TTL_SECONDS: variable({
    group: 'Queue',
    type: integer({ min: 0, max: 10 * 365 * 86_400 }),
    default: 900,
    text: 'how long a dead letter whose retries are used up is kept from automatic requeue; 0 = not at all',
  }),
};
