import { basename, extname, join } from 'node:path';
import { task, type TaskContext } from '@nexus/agent-sdk';
import { chatToExcelPayloadSchema, chatToExcelResultSchema } from '@nexus/contracts';
import { failure } from '@nexus/failure-taxonomy';
import { UnusableExport } from './chat-export/unusable-export.ts';
import { convertChat } from './convert-chat.ts';

/**
 * Action `chat_to_excel`: downloads the exports, converts them, uploads the workbook. Doing it twice gives the same
 * workbook under the same file id, so a second delivery is harmless.
 */
export const chatToExcel = task({
  payload: chatToExcelPayloadSchema,
  result: chatToExcelResultSchema,
  async run(payload, context) {
    const inputs = await download(payload.files, context);
    const output = join(context.temporaryDirectory, 'workbook.xlsx');
    const converted = await convert(inputs, { timezone: payload.timezone, output }, context);
    context.logger.info('A chat was converted', {
      event: 'CHAT_CONVERTED',
      formats: converted.formats,
      ...converted.counts,
      duplicates: converted.duplicates,
    });
    const workbook = await context.files.upload(output, workbookName(inputs));
    return { workbook, formats: [...converted.formats], counts: converted.counts };
  },
});

type Input = { name: string; path: string };

async function download(files: string[], context: TaskContext): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const [at, fileId] of files.entries()) {
    await context.progress({ done: at, total: files.length, message: 'downloading' });
    const path = join(context.temporaryDirectory, `input-${at}`);
    const { name } = await context.files.download(fileId, path);
    inputs.push({ name, path });
  }
  return inputs;
}

async function convert(
  inputs: Input[],
  options: { timezone: string; output: string },
  context: TaskContext,
): ReturnType<typeof convertChat> {
  try {
    return await convertChat({
      inputs,
      ...options,
      signal: context.signal,
      temporaryDirectory: context.temporaryDirectory,
      onProgress: (progress) => void context.progress(progress),
    });
  } catch (error: unknown) {
    if (!(error instanceof UnusableExport)) throw error;
    throw failure('PAYLOAD_INVALID', error.message, { detail: { ...error.detail }, cause: error });
  }
}

/** The first export's name with `.xlsx`; the room's name is in it on every platform but Android. */
function workbookName(inputs: Input[]): string {
  const first = inputs[0]?.name ?? 'chat';
  const stem = basename(first, extname(first)) || 'chat';
  return inputs.length > 1 ? `${stem} 외 ${inputs.length - 1}개.xlsx` : `${stem}.xlsx`;
}
