import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatFormat } from './chat-export/chat-event.ts';
import { inspectExport } from './chat-export/inspect-export.ts';
import type { ExportInput, InspectedExport } from './chat-export/inspect-export.ts';
import { mergeExports } from './chat-export/merge-exports.ts';
import { parseExport } from './chat-export/parse-export.ts';
import type { OpenExport } from './chat-export/parse-export.ts';
import { UnusableExport } from './chat-export/unusable-export.ts';
import { instantOf, isTimeZone } from './chat-export/wall-clock.ts';
import { FORMAT_LABELS } from './excel/chat-labels.ts';
import { ChatWorkbook } from './excel/chat-workbook.ts';
import type { ChatCounts } from './excel/chat-workbook.ts';
import type { WorkbookProperties } from './excel/workbook-parts.ts';

/** How far a conversion is, in bytes of the inputs; `done` never falls and ends at `total`. */
export interface ConversionProgress {
  readonly done: number;
  readonly total: number;
  readonly message: string;
}

/** What to convert and where to. */
export interface ConvertChatOptions {
  /** Exports of one room, in any order: parts of one export, or exports that overlap. */
  readonly inputs: readonly ExportInput[];
  /** Where the workbook is to be; its directory exists. */
  readonly output: string;
  /** IANA name of the exporter's time zone. Times in the workbook are those the exporter's clock showed. */
  readonly timezone: string;
  /** A directory for intermediate files, about as large as the workbook; left as it was found. */
  readonly temporaryDirectory: string;
  /** Called at least once per 128 KB of input (some two thousand messages). */
  readonly onProgress?: (progress: ConversionProgress) => void;
  readonly signal?: AbortSignal;
}

/** What a conversion made. */
export interface ConvertedChat {
  /** The app that wrote each input, in the order of the inputs. */
  readonly formats: ChatFormat[];
  readonly counts: ChatCounts;
  /** Records of overlapping inputs that were left out because another input shows them. */
  readonly duplicates: number;
}

/**
 * Converts KakaoTalk chat exports into an Excel workbook with the sheets 메시지, 참여자, 일별통계, 시스템 and 오류. Every
 * line of the inputs that is not blank ends in exactly one of: a message, a notice, a date or head line of the export, or
 * the sheet 오류. Safe to repeat: the output is replaced in one step, or left alone after any error.
 * @throws UnusableExport when the inputs can never become a workbook; the signal's reason when aborted; otherwise the
 *   error of the file system, which a retry may mend.
 */
export async function convertChat(options: ConvertChatOptions): Promise<ConvertedChat> {
  assertTimeZone(options.timezone);
  const inspected = await inspectAll(options);
  const directory = await mkdtemp(join(options.temporaryDirectory, 'chat-workbook-'));
  try {
    return await convert(inspected, directory, options);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function convert(
  inspected: readonly InspectedExport[],
  directory: string,
  options: ConvertChatOptions,
): Promise<ConvertedChat> {
  const sources = inspected.map(({ name, shape }) => ({ name, withSeconds: shape.format === 'macos' }));
  const workbook = new ChatWorkbook({ directory, sources });
  try {
    const exports = inspected.map(parseExport);
    const total = inspected.reduce((sum, { form }) => sum + form.bytes, 0);
    const { duplicates, latest } = await fill(workbook, exports, { ...options, total });
    assertNotEmpty(inspected, workbook.counts);
    await workbook.save(options.output, properties(inspected, exports, { timezone: options.timezone, latest }));
    options.onProgress?.({ done: total, total, message: `${workbook.counts.messages} messages, workbook written` });
    return { formats: inspected.map(({ shape }) => shape.format), counts: workbook.counts, duplicates };
  } catch (error: unknown) {
    await workbook.discard();
    throw error;
  }
}

/** Reads the exports into the workbook; `latest` is the time of the latest message. */
async function fill(
  workbook: ChatWorkbook,
  exports: readonly OpenExport[],
  { total, onProgress, signal }: ConvertChatOptions & { total: number },
): Promise<{ duplicates: number; latest: number }> {
  let done = 0;
  let duplicates = 0;
  let latest = 0;
  for await (const run of mergeExports(exports.map(({ batches }) => batches))) {
    signal?.throwIfAborted();
    for (const event of run.events) {
      workbook.add(event, run.source);
      if (event.type === 'message' && event.at > latest) latest = event.at;
    }
    duplicates += run.duplicates;
    done += run.bytes;
    await workbook.drain();
    if (run.bytes > 0) onProgress?.({ done, total, message: `${workbook.counts.messages} messages` });
  }
  return { duplicates, latest };
}

async function inspectAll({ inputs, signal }: ConvertChatOptions): Promise<InspectedExport[]> {
  if (inputs.length === 0) {
    throw new UnusableExport('There is no file to convert: send at least one KakaoTalk chat export.', {
      reason: 'no_input',
      message_ko: '변환할 파일이 없습니다. 카카오톡 대화 내보내기 파일을 하나 이상 보내 주세요.',
    });
  }
  const inspected: InspectedExport[] = [];
  for (const input of inputs) {
    signal?.throwIfAborted();
    inspected.push(await inspectExport(input));
  }
  return inspected;
}

function assertTimeZone(timezone: string): void {
  if (isTimeZone(timezone)) return;
  throw new UnusableExport(
    `The time zone "${timezone}" is unknown: give an IANA name such as "Asia/Seoul", or leave it out.`,
    {
      reason: 'unknown_timezone',
      timezone,
      message_ko: `시간대 "${timezone}"을(를) 알 수 없습니다. "Asia/Seoul" 같은 IANA 이름을 쓰거나 비워 두세요.`,
    },
  );
}

/** A workbook without a message helps nobody: an export without one fails, and says what was found instead. */
function assertNotEmpty(inspected: readonly InspectedExport[], { messages, system, unparsed }: ChatCounts): void {
  if (messages > 0) return;
  const names = inspected.map(({ name }) => `"${name}"`).join(', ');
  const found = `${system} notices and ${unparsed} lines that could not be understood`;
  throw new UnusableExport(
    `The export ${names} holds no message (${found}): open the room, scroll until messages show, and export the chat again.`,
    {
      reason: 'no_messages',
      system,
      unparsed,
      message_ko:
        `내보내기 파일 ${names}에 메시지가 없습니다(알림 ${system}건, 해석하지 못한 줄 ${unparsed}건). ` +
        '대화가 보이는 채팅방에서 다시 내보내 주세요.',
    },
  );
}

/** The workbook is dated by the exports, not by the clock: the same input gives the same bytes. */
function properties(
  inspected: readonly InspectedExport[],
  exports: readonly OpenExport[],
  { timezone, latest }: { timezone: string; latest: number },
): WorkbookProperties {
  const heads = exports.map((one) => one.head());
  const saved = heads.map(({ savedAt }) => savedAt).filter((at) => at !== undefined);
  const room = heads.map((head) => head.room).find((name) => name !== undefined && name !== '');
  const files = inspected.map(({ name, shape }) => `${name} (${FORMAT_LABELS[shape.format]})`).join(', ');
  return {
    title: room ?? '카카오톡 대화',
    description: `원본: ${files}. 시각은 내보낸 기기의 시계(${timezone}) 기준입니다.`,
    created: instantOf(saved.length === 0 ? latest : Math.max(...saved), timezone),
  };
}
