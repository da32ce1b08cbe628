import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ChatEvent } from '../chat-export/chat-event.ts';
import { ChatStatistics } from '../chat-export/chat-statistics.ts';
import type { DayStatistics } from '../chat-export/chat-statistics.ts';
import { CHART_COLUMN, PARTICIPANT_LAYOUT, dayLayout, writeDay, writeParticipant } from './statistics-sheets.ts';
import { MOST_CHARTED_DAYS, dayChartXml, dayDrawingXml } from './day-chart.ts';
import {
  UNPARSED_LAYOUT,
  messageLayout,
  noticeLayout,
  writeMessage,
  writeNotice,
  writeUnparsed,
} from './message-sheet.ts';
import type { SourceFile } from './message-sheet.ts';
import { SheetWriter } from './sheet-writer.ts';
import type { FinishedSheet } from './sheet-writer.ts';
import { workbookEntries } from './workbook-parts.ts';
import type { SheetChart, WorkbookProperties } from './workbook-parts.ts';
import { writeZip } from './zip-archive.ts';

/** What is in a workbook. Each number is that of the rows of its sheet (a row continued below counts once). */
export interface ChatCounts {
  readonly messages: number;
  readonly system: number;
  readonly participants: number;
  readonly days: number;
  readonly unparsed: number;
}

/** Where a workbook grows and what it is made of. */
export interface ChatWorkbookOptions {
  /** An empty directory of its own; whoever made it removes it. */
  readonly directory: string;
  readonly sources: readonly SourceFile[];
  /** Rows a sheet holds; Excel's limit unless told. */
  readonly sheetRows?: number;
}

const PARTICIPANTS_PER_DRAIN = 1_000;

/**
 * The workbook of a chat, written while the chat is read: 메시지, 시스템 and 오류 grow in compressed files, the statistics
 * in memory (about 100 bytes a participant). Life: add and drain in turns, then save or discard.
 */
export class ChatWorkbook {
  readonly #options: ChatWorkbookOptions;
  readonly #severalFiles: boolean;
  readonly #statistics = new ChatStatistics();
  readonly #messages: SheetWriter;
  readonly #notices: SheetWriter;
  readonly #unparsed: SheetWriter;
  #messageCount = 0;
  #noticeCount = 0;
  #unparsedCount = 0;

  constructor(options: ChatWorkbookOptions) {
    this.#options = options;
    this.#severalFiles = options.sources.length > 1;
    this.#messages = this.#sheet('messages', messageLayout(this.#severalFiles));
    this.#notices = this.#sheet('notices', noticeLayout(this.#severalFiles));
    this.#unparsed = this.#sheet('unparsed', UNPARSED_LAYOUT);
  }

  get counts(): ChatCounts {
    return {
      messages: this.#messageCount,
      system: this.#noticeCount,
      participants: this.#statistics.participants.size,
      days: this.#statistics.days,
      unparsed: this.#unparsedCount,
    };
  }

  /** Adds an event of the source with this index. */
  add(event: ChatEvent, sourceIndex: number): void {
    const source = this.#options.sources[sourceIndex] ?? { name: '', withSeconds: false };
    const severalFiles = this.#severalFiles;
    if (event.type === 'message') {
      this.#statistics.message(event);
      this.#messageCount += 1;
      writeMessage(this.#messages, event, { source, severalFiles, sequence: this.#messageCount });
    } else if (event.type === 'system') {
      this.#statistics.notice(event);
      this.#noticeCount += 1;
      writeNotice(this.#notices, event, { source, severalFiles, sequence: this.#noticeCount });
    } else if (event.type === 'unparsed') {
      this.#unparsedCount += 1;
      writeUnparsed(this.#unparsed, event, { source, severalFiles, sequence: this.#unparsedCount });
    }
  }

  /** Waits until the disk has caught up; to be called every few thousand events, or memory grows. */
  async drain(): Promise<void> {
    for (const sheet of [this.#messages, this.#notices, this.#unparsed]) await sheet.drain();
  }

  /**
   * Finishes the workbook and puts it at `output` in one step: until then, and after any error, nothing is there or what
   * was there before. The bytes are on the disk when this returns.
   */
  async save(output: string, properties: WorkbookProperties): Promise<void> {
    const days = this.#statistics.byDay();
    const chart = dayChart(days);
    const sheets = [
      ...(await this.#messages.end()),
      ...(await this.#participantSheets()),
      ...(await this.#daySheets(days, chart !== undefined)),
      ...(await this.#notices.end()),
      ...(await this.#unparsed.end()),
    ];
    const entries = workbookEntries(sheets, properties, { chart });
    const partial = join(dirname(output), `.${basename(this.#options.directory)}.partial`);
    try {
      const file = await open(partial, 'wx');
      try {
        await writeZip(file, entries);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, output);
    } catch (error: unknown) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  /** Gives up: closes the files. */
  async discard(): Promise<void> {
    await Promise.all([this.#messages.discard(), this.#notices.discard(), this.#unparsed.discard()]);
  }

  async #participantSheets(): Promise<FinishedSheet[]> {
    const sheet = this.#sheet('participants', PARTICIPANT_LAYOUT);
    let written = 0;
    for (const participant of this.#statistics.participants.byMessages()) {
      writeParticipant(sheet, participant);
      written += 1;
      if (written % PARTICIPANTS_PER_DRAIN === 0) await sheet.drain();
    }
    return sheet.end();
  }

  async #daySheets(days: readonly DayStatistics[], hasChart: boolean): Promise<FinishedSheet[]> {
    const sheet = this.#sheet('days', dayLayout(hasChart));
    for (const day of days) writeDay(sheet, day);
    return sheet.end();
  }

  #sheet(file: string, layout: ConstructorParameters<typeof SheetWriter>[1]): SheetWriter {
    const { directory, sheetRows } = this.#options;
    return new SheetWriter(file, layout, { directory, ...(sheetRows === undefined ? {} : { rows: sheetRows }) });
  }
}

/** The chart of messages per day; none without days or with more days than a chart can show (the data bars remain). */
function dayChart(days: readonly DayStatistics[]): SheetChart | undefined {
  if (days.length === 0 || days.length > MOST_CHARTED_DAYS) return undefined;
  return {
    sheet: '일별통계',
    chartXml: dayChartXml({ sheet: '일별통계', title: '일별 메시지', points: days }),
    drawingXml: dayDrawingXml(CHART_COLUMN),
  };
}
