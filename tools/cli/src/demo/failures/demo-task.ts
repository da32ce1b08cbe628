/** Payload of the demo's task n: an export that nobody uploaded; its file id carries the number. */
export function demoPayload(task: number): { action: 'chat_to_excel'; files: string[]; timezone: string } {
  return { action: 'chat_to_excel', files: [`file_${task.toString(16).padStart(64, '0')}`], timezone: 'Asia/Seoul' };
}

/** The number of a demo task, read from its payload. Throws for a payload that is not the demo's. */
export function taskNumberOf(payload: Readonly<Record<string, unknown>>): number {
  const [file] = Array.isArray(payload['files']) ? (payload['files'] as unknown[]) : [];
  const digits = typeof file === 'string' ? /^file_([0-9a-f]{64})$/.exec(file)?.[1] : undefined;
  const task = digits === undefined ? Number.NaN : Number.parseInt(digits, 16);
  if (Number.isSafeInteger(task)) return task;
  throw new TypeError('this task is not one of the demo');
}
