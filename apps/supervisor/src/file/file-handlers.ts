import type { Routes } from '@nexus/contracts';
import type { Logger } from '@nexus/runtime';
import { refusal, tooLarge, type Handlers } from '@nexus/runtime/http';
import type { FileStore } from './file-store.ts';
import { contentDisposition, decodeFileName } from './file-name.ts';

export type FilePorts = { files: FileStore; logger: Logger; maxBytes: number };

/** Upload and download, streamed. */
export function createFileHandlers({
  files,
  logger,
  maxBytes,
}: FilePorts): Handlers<Pick<Routes, 'uploadFile' | 'downloadFile'>> {
  return {
    async uploadFile({ headers, body, sentHeaders }) {
      const decoded = decodeFileName(headers['x-file-name']);
      if (!decoded.ok) throw refusal(badName(decoded.why));
      if (Number(sentHeaders['content-length'] ?? 0) > maxBytes) return aboveCap(maxBytes);
      const outcome = await files.put(decoded.name, body, { maxBytes });
      if (outcome.outcome === 'too_large') return aboveCap(maxBytes);
      if (outcome.outcome === 'not_written') {
        logger.error('A file could not be stored', { event: 'FILE_NOT_WRITTEN', error: outcome.cause });
        return { problem: 'WRITE_FAILED', message: outcome.why };
      }
      return { status: 201, body: outcome.file, headers: { location: `/files/${outcome.file.file_id}` } };
    },

    async downloadFile({ params, headers }) {
      const found = await files.find(params.file_id);
      if (!found)
        return { problem: 'NOT_FOUND', message: 'no file has this id; it was never uploaded or its time is over' };
      const etag = `"${found.file.sha256}"`;
      if (headers['if-none-match']?.includes(etag)) return { status: 304, headers: { etag } };
      return {
        status: 200,
        stream: found.open(),
        headers: {
          etag,
          'content-length': String(found.file.bytes),
          'content-disposition': contentDisposition(found.file.name),
        },
      };
    },
  };
}

function aboveCap(maxBytes: number) {
  const message = `the file is larger than ${maxBytes} bytes (FILE_MAX_BYTES); split it`;
  return { ...tooLarge(maxBytes), problem: 'PAYLOAD_TOO_LARGE', message } as const;
}

function badName(why: string) {
  const message = `X-File-Name: ${why}; send the name of the file, URL-encoded`;
  const issues = [{ path: 'x-file-name', message: why }];
  return { problem: 'VALIDATION_ERROR', message, detail: { issues } } as const;
}
