import type { ChatEvent } from './chat-event.ts';
import type { RecordSink } from './record-splitter.ts';

/** One export being read: takes records, hands out events, and knows what the head of the export says. */
export interface ExportGrammar extends RecordSink {
  /** The events completed since the last call. */
  take(): ChatEvent[];
  /** The export is over: the last record is complete. */
  end(): void;
  /** When the export was written, in wall-clock seconds, if its head says so. */
  readonly savedAt: number | undefined;
  /** The room's name, if the head says it. */
  readonly room: string | undefined;
}
