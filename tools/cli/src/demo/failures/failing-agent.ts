import { failure } from '@nexus/failure-taxonomy';
import { connectRedis } from '@nexus/runtime';
import { createTaskConsumer, type TaskConsumer } from '@nexus/task-queue';
import { causeOf } from './cause.ts';
import { taskNumberOf } from './demo-task.ts';

/** Tasks the agent has in hand at the same time. */
const CONCURRENCY = 50;
const LOCK_MILLISECONDS = 30_000;

/** What the agent needs; `onEnded` is told each task that ended. */
export interface FailingAgentOptions {
  readonly redisUrl: string;
  readonly queueName: string;
  /** Whether the provider of the timeouts is back: then tasks succeed where their cause allows it. */
  readonly mended: boolean;
  readonly onEnded: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * An agent of the demo's own, on the product's task consumer: it takes the demo's tasks from the real queue and fails
 * each from its cause. Delivered twice it does the same twice.
 */
export function startFailingAgent(options: FailingAgentOptions): TaskConsumer {
  const { redisUrl, queueName, mended, onEnded, onError } = options;
  return createTaskConsumer({
    connect: () => connectRedis({ url: redisUrl, purpose: 'blocking', name: 'failures-demo', onError }),
    queueName,
    handlers: {
      async excel_kakao({ envelope }) {
        const task = taskNumberOf(envelope.payload);
        const { code, message, failsAgain } = causeOf(task);
        if (mended && !failsAgain(task)) return { note: 'the provider answered' };
        throw failure(code, message(task));
      },
    },
    concurrency: CONCURRENCY,
    workerName: 'failures-demo',
    lockMs: LOCK_MILLISECONDS,
    taskLockSeconds: 0,
    now: Date.now,
    random: Math.random,
    onStarted: () => undefined,
    onFinished: onEnded,
    onError,
  });
}
