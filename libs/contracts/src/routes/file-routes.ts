import { z } from 'zod';
import { fileIdSchema, storedFileSchema } from '../file.ts';
import { bytes, json, nothing, route } from '../route.ts';

/** The files that tasks read and write. */
export const fileRoutes = {
  uploadFile: route({
    method: 'POST',
    path: '/files',
    auth: 'userOrAgent',
    group: 'files',
    summary: 'Upload a file',
    summary_ko: '파일 올리기',
    description: 'The body is the content, as it is. The same name and content give the same file_id.',
    description_ko: '요청 본문이 곧 파일 내용입니다. 이름과 내용이 같으면 file_id 도 같습니다.',
    headers: z.object({ 'x-file-name': z.string().min(1).max(1000).describe('File name, URL-encoded UTF-8') }),
    body: bytes(),
    responses: { 201: json(storedFileSchema), errors: ['PAYLOAD_TOO_LARGE', 'WRITE_FAILED'] },
    responseHeaders: { Location: 'Path of the file' },
  }),
  downloadFile: route({
    method: 'GET',
    path: '/files/{file_id}',
    auth: 'userOrAgent',
    group: 'files',
    summary: 'Download a file',
    summary_ko: '파일 내려받기',
    description: 'Streams the content back under its name. 404 when unknown or expired.',
    description_ko: '저장된 내용을 이름과 함께 돌려줍니다. 없거나 보관 기간이 지났으면 404 입니다.',
    params: z.object({ file_id: fileIdSchema }),
    headers: z.object({ 'if-none-match': z.string().max(1000).optional() }),
    responses: { 200: bytes(), 304: nothing(), errors: ['NOT_FOUND'] },
    responseHeaders: {
      'Content-Disposition': 'attachment with the name of the upload',
      ETag: 'SHA-256 of the content',
    },
  }),
};
