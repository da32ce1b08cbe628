import type { ChatEvent } from './chat-event.ts';
import { CsvGrammar } from './csv-grammar.ts';
import type { ExportGrammar } from './export-grammar.ts';
import type { InspectedExport } from './inspect-export.ts';
import { MobileGrammar } from './mobile-grammar.ts';
import type { ExportShape } from './recognise-export.ts';
import { RecordSplitter } from './record-splitter.ts';
import { readText } from './text-encoding.ts';
import { WindowsGrammar } from './windows-grammar.ts';

/** Events in the order of the file, and how many bytes of the file were read for them. */
export interface EventBatch {
  readonly events: readonly ChatEvent[];
  readonly bytes: number;
}

/** An export being read. The head is known once the batches are. */
export interface OpenExport {
  readonly batches: AsyncGenerator<EventBatch>;
  head(): { savedAt: number | undefined; room: string | undefined };
}

/** Reads an export from its file, a piece at a time: memory does not depend on its size. */
export function parseExport(inspected: InspectedExport): OpenExport {
  const grammar = grammarOf(inspected.shape);
  return {
    batches: readBatches(inspected, grammar),
    head: () => ({ savedAt: grammar.savedAt, room: grammar.room }),
  };
}

/** The grammar that reads exports of a shape. */
export function grammarOf({ format, language, timeOnly }: ExportShape): ExportGrammar {
  if (format === 'windows') return new WindowsGrammar({ language });
  return format === 'macos' ? new CsvGrammar() : new MobileGrammar({ timeOnly });
}

async function* readBatches(
  { path, form, shape }: InspectedExport,
  grammar: ExportGrammar,
): AsyncGenerator<EventBatch> {
  const splitter = new RecordSplitter(shape.terminator, grammar);
  for await (const { text, bytes } of readText(path, form.encoding)) {
    splitter.push(text);
    yield { events: grammar.take(), bytes };
  }
  splitter.end();
  grammar.end();
  yield { events: grammar.take(), bytes: 0 };
}
