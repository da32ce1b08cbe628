import {
  chatToExcelResultSchema,
  type ChatToExcelResult,
  type Client,
  type ClientFailure,
  type Task,
} from '@nexus/contracts';
import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failureWithCode } from '../failure-with-code.ts';

/** Uploads files in order and resolves to their ids. */
export async function uploadFiles(client: Client, paths: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const path of paths) {
    const name = basename(path);
    const answer = await client.uploadFile({
      headers: { 'x-file-name': encodeURIComponent(name) },
      body: await openAsBlob(path),
      timeoutMs: 300_000,
    });
    if (!answer.ok) throw refused(`could not upload ${name}`, answer);
    ids.push(answer.body.file_id);
  }
  return ids;
}

/** Creates the task that makes a workbook of uploaded exports; resolves to its id. */
export async function createChatTask(client: Client, files: string[], timezone: string | undefined): Promise<string> {
  const payload = { action: 'chat_to_excel', files, ...(timezone === undefined ? {} : { timezone }) };
  const answer = await client.createTask({ body: { task_type: 'excel_kakao', requested_by: 'demo', payload } });
  if (!answer.ok) throw refused('could not create the task', answer);
  return answer.body.task_id;
}

/** The result of a task that succeeded; one that failed is an error with the task's own code and what to do. */
export function resultOf(task: Task): ChatToExcelResult {
  if (task.status !== 'succeeded') {
    const { code, message, detail } = task.error ?? {
      code: 'UNKNOWN',
      message: 'no reason was given',
      detail: undefined,
    };
    const more =
      detail === undefined || Object.keys(detail).length === 0 ? '' : `\n  detail: ${JSON.stringify(detail)}`;
    throw failureWithCode(
      code,
      `The task ${task.task_id} failed with ${code}: ${message}${more}\n  What to do: ${adviceOn(code)}`,
    );
  }
  const result = chatToExcelResultSchema.safeParse(task.result);
  if (result.success) return result.data;
  throw failureWithCode(
    'BAD_RESULT',
    `The task ${task.task_id} succeeded with a result that is not what the contract says.`,
  );
}

/**
 * Downloads a file into `directory` under its name; it appears there complete or not at all.
 * Resolves to its path.
 */
export async function downloadFile(
  client: Client,
  workbook: ChatToExcelResult['workbook'],
  directory: string,
): Promise<string> {
  const answer = await client.downloadFile({ params: { file_id: workbook.file_id } });
  if (!answer.ok) throw refused(`could not download ${workbook.name}`, answer);
  if (answer.status !== 200)
    throw failureWithCode('BAD_RESPONSE', `The supervisor answered ${answer.status} to the download.`);
  await mkdir(directory, { recursive: true });
  const path = join(directory, basename(workbook.name));
  const partial = `${path}.${process.pid}.partial`;
  try {
    await pipeline(
      Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]),
      createWriteStream(partial, { flush: true }),
    );
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}

function adviceOn(code: string): string {
  if (code === 'PAYLOAD_INVALID' || code.startsWith('UNUSABLE')) {
    return 'give a KakaoTalk export (.txt, or .csv from macOS) that has messages in it, with npm run demo -- --input FILE';
  }
  return 'look at the log above and at GET /tasks/{task_id}; then run npm run demo again';
}

function refused(what: string, { code, status, message, detail }: ClientFailure): Error {
  const issues = detail === undefined ? '' : ` ${JSON.stringify(detail)}`;
  const key = status === 401 ? ' Set NEXUS_API_KEY to the key of the running stack.' : '';
  return failureWithCode(
    code,
    `Nexus ${what}: ${message} (${code}${status === 0 ? '' : `, status ${status}`})${issues}${key}`,
  );
}
