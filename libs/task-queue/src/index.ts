export { createTaskQueue } from './create-task-queue.ts';
export type { TaskQueueOptions } from './create-task-queue.ts';
export { createTaskConsumer } from './create-task-consumer.ts';
export type { Delivery, FinishedAttempt, TaskConsumer, TaskConsumerOptions, TaskHandler } from './task-consumer.ts';
export { KEY_PREFIX, queueKeys } from './queue-keys.ts';
export type { QueueKeys } from './queue-keys.ts';
export { nextDelayMs, retrySteps } from './retry-policy.ts';
export type { RetryPolicy } from './retry-policy.ts';
export type {
  AuditFields,
  CancelOutcome,
  EnqueueOutcome,
  IdempotencyKey,
  ReconcileReport,
  ReportOutcome,
  TaskPage,
  TaskQuery,
  TaskQueue,
  UnreportedTask,
} from './task-queue.ts';
export { queueVariables } from './queue-variables.ts';
export { createDeadLetters } from './create-dead-letters.ts';
export type { DeadLettersOptions } from './letter-context.ts';
export { UNPARSABLE_GROUP } from './dead-letters.ts';
export type {
  CauseCount,
  DeadLetter,
  DeadLetters,
  Disposition,
  Frozen,
  GroupRecord,
  LetterCause,
  LetterCondition,
  LetterFilter,
  LetterPage,
  LetterVerdict,
  MoveLimits,
  MoveRecord,
  MoveReport,
  MoveRequest,
  OperationRecord,
  OperationStep,
  Outcome,
  Tombstone,
} from './dead-letters.ts';
