import type { Progress } from '@nexus/contracts';
import type { Logger } from '@nexus/runtime';
import type { z } from 'zod';

/** The supervisor's files, as an agent sees them: the only way data larger than a message comes in or goes out. */
export type AgentFiles = {
  /** Streams a file to `path`. Throws PAYLOAD_INVALID when it is unknown or expired. */
  download(fileId: string, path: string): Promise<{ name: string; bytes: number }>;
  /** Streams the file at `path` up under `name`. Repeating it gives the same id. */
  upload(path: string, name: string): Promise<{ file_id: string; name: string; bytes: number }>;
};

/** What a task's handler works with. */
export type TaskContext = {
  taskId: string;
  /** Counts deliveries of this task from 1. */
  attempt: number;
  requestedBy: string;
  /** Aborts on cancel and on shutdown: stop and throw. */
  signal: AbortSignal;
  /** Shows progress on the task; call it as often as you like, calls are merged. Never throws. */
  progress(progress: Progress): Promise<void>;
  files: AgentFiles;
  /** An empty folder of this delivery's own, removed afterwards. */
  temporaryDirectory: string;
  logger: Logger;
};

/** How one task type is done: the schemas of what comes in and goes out, and the work itself. */
export type TaskDefinition<Payload extends z.ZodType, Result extends z.ZodType<Record<string, unknown>>> = {
  payload: Payload;
  result: Result;
  /**
   * Does the task. Delivery is at least once: doing it twice must be harmless. Throw `failure(code, message)` of
   * failure-taxonomy to decide about a retry; anything else is classified.
   */
  run(payload: z.output<Payload>, context: TaskContext): Promise<z.input<Result>>;
};

/** A task type with its schemas forgotten, as an agent keeps it. */
export type AnyTask = {
  payload: z.ZodType;
  result: z.ZodType;
  run(payload: never, context: TaskContext): Promise<unknown>;
};

/** Declares a task type; keeps the types of payload and result together. */
export function task<Payload extends z.ZodType, Result extends z.ZodType<Record<string, unknown>>>(
  definition: TaskDefinition<Payload, Result>,
): TaskDefinition<Payload, Result> {
  return definition;
}

/** An agent: a name for logs and metrics, and what it can do by task type. */
export type Agent = { name: string; tasks: Record<string, AnyTask> };

/** Declares an agent. */
export function defineAgent(agent: Agent): Agent {
  return agent;
}
