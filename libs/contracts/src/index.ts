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
export { callbackAnswerSchema, callbackSchema } from './callback.ts';
export type { Callback, CallbackAnswer, CallbackInput } from './callback.ts';
export { fileIdSchema, storedFileSchema } from './file.ts';
export type { StoredFile } from './file.ts';
export { chatToExcelPayloadSchema, chatToExcelResultSchema, taskTypes } from './excel-kakao.ts';
export type { ChatToExcelPayload, ChatToExcelResult, TaskType } from './excel-kakao.ts';
export { createdTaskSchema } from './create-task.ts';
export type { CreatedTask } from './create-task.ts';
export {
  alarmReplySchema,
  applyReplySchema,
  letterPageSchema,
  letterSchema,
  letterStatsSchema,
  letterTriageSchema,
  purgeReplySchema,
  requeueReplySchema,
  routeReplySchema,
} from './letter.ts';
export { GROUP_STATES, letterGroupSchema, letterGroupsSchema, whatIfReplySchema } from './letter-group.ts';
export type { GroupState } from './letter-group.ts';
export {
  createOperationSchema,
  OPERATION_ACTIONS,
  OPERATION_STATUSES,
  operationPlanSchema,
  operationSchema,
} from './letter-operation.ts';
export type { CreateOperation, Operation, OperationAction, OperationStatus } from './letter-operation.ts';
export type { Health, Readiness } from './operations.ts';
export { isProblemReply, problemBody, problemSchema, problemStatus } from './problem.ts';
export type { Problem, ProblemCode, ProblemIssue, ProblemReply } from './problem.ts';
export { generatedSchema, generateSchema } from './llm.ts';
export type { Generated, GeneratedData, GeneratedText, GenerateRequest } from './llm.ts';
export { chatCompletionRequestSchema, chatCompletionSchema, modelListSchema } from './openai-chat.ts';
export type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionMessage,
  ChatCompletionRequest,
  ChatCompletionUsage,
  ModelList,
} from './openai-chat.ts';
export { queryBoolean, queryInteger, queryList } from './query.ts';
export {
  bytes,
  events,
  impliedErrors,
  json,
  jsonOrStream,
  nothing,
  route,
  routeErrors,
  signedJson,
  successStatuses,
  text,
} from './route.ts';
export type {
  Access,
  BytesContent,
  EventsContent,
  JsonContent,
  JsonOrStreamContent,
  NoContent,
  Parsed,
  RequestContent,
  ResponseContent,
  Route,
  SignedJsonContent,
  StatusOf,
  TextContent,
  Written,
} from './route.ts';
export type { Budget, CostRecordBody, PutBudget, SpendSummaryQuery } from './finops.ts';
export { routes } from './routes/routes.ts';
export type { Routes } from './routes/routes.ts';
export { API_VERSION, openApiDocument } from './openapi.ts';
export type { OpenApiDocument, OpenApiOperation } from './openapi.ts';
export type { JsonSchema } from './json-schema.ts';
export { createClient } from './client.ts';
export type {
  CallArguments,
  Client,
  ClientFailure,
  ClientOptions,
  ClientResult,
  ClientSuccess,
  UploadContent,
} from './client.ts';
export { readEvents } from './client-events.ts';
export type { ServerSentEvent } from './client-events.ts';
export {
  KEY_ID_HEADER,
  keyBytes,
  signatureHeaders,
  signBodyOnly,
  signStandardWebhook,
  signTimestampNonce,
  verifySignature,
} from './signature.ts';
export type { CandidateKey, SignaturePolicy, SignatureVerdict, SignedContent, SignedRequest } from './signature.ts';
export { activeKeys, parseSigningKeys } from './signing-keys.ts';
export type { SigningKey, SigningKeysResult } from './signing-keys.ts';
