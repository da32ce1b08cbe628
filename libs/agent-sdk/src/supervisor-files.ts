import { createWriteStream, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client, ClientFailure } from '@nexus/contracts';
import { failure, failureFromHttp } from '@nexus/failure-taxonomy';
import type { AgentFiles } from './agent.ts';

/** Files of one delivery, over the supervisor's API. Transfers end when `signal` aborts. */
export function createSupervisorFiles(client: Client, signal: AbortSignal): AgentFiles {
  return {
    async download(fileId, path) {
      const result = await client.downloadFile({ params: { file_id: fileId }, signal });
      if (!result.ok) throw transferFailure(result, `download ${fileId}`, fileId);
      if (result.status !== 200)
        throw failure('INTERNAL_ERROR', `download ${fileId}: unexpected answer ${result.status}`);
      await pipeline(Readable.fromWeb(result.body as never), createWriteStream(path), { signal });
      return { name: nameOf(result.headers) ?? fileId, bytes: (await stat(path)).size };
    },
    async upload(path, name) {
      const body = await openAsBlob(path);
      const result = await client.uploadFile({ headers: { 'x-file-name': encodeURIComponent(name) }, body, signal });
      if (!result.ok) throw transferFailure(result, `upload ${name}`);
      return { file_id: result.body.file_id, name: result.body.name, bytes: result.body.bytes };
    },
  };
}

function transferFailure(result: ClientFailure, what: string, fileId?: string): Error {
  if (result.status === 404 && fileId !== undefined) {
    return failure('PAYLOAD_INVALID', `File ${fileId} is unknown or expired. Upload it again and create a new task.`, {
      detail: { file_id: fileId },
    });
  }
  if (result.status === 413) {
    return failure('PAYLOAD_INVALID', `Could not ${what}: ${result.message}`, {
      detail: { supervisor_code: result.code },
    });
  }
  return failureFromHttp({
    from: 'supervisor',
    now: Date.now(),
    status: result.status === 0 ? undefined : result.status,
    body: { error: { code: result.code, message: `Could not ${what}: ${result.message}` } },
    retryAfter: result.retry_after === undefined ? undefined : String(result.retry_after),
  });
}

/** RFC 6266: the UTF-8 name of Content-Disposition. */
function nameOf(headers: Headers): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(headers.get('content-disposition') ?? '')?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
