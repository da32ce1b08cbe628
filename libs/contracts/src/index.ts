export {
  isFinalStatus,
  PARKS,
  progressSchema,
  TASK_STATUSES,
  taskAttemptSchema,
  taskEnvelopeSchema,
  taskErrorSchema,
  taskSchema,
  taskSummarySchema,
} from './task.ts';
export type {
  Park,
  Progress,
  Task,
  TaskAttempt,
  TaskEnvelope,
  TaskError,
  TaskHeaders,
  TaskJobData,
  TaskStatus,
  TaskSummary,
} from './task.ts';
export { callbackSchema } from './callback.ts';
export type { Callback, CallbackInput } from './callback.ts';
export { fileIdSchema, storedFileSchema } from './file.ts';
export type { StoredFile } from './file.ts';
export { chatToExcelPayloadSchema, chatToExcelResultSchema, taskTypes } from './excel-kakao.ts';
export type { ChatToExcelPayload, ChatToExcelResult, TaskType } from './excel-kakao.ts';
