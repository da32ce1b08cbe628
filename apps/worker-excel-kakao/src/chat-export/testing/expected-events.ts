import type { Conversation, ConversationEntry } from './conversation.ts';
import { renderDeleted, renderNotice } from './render-export.ts';
import type { RenderOptions } from './render-export.ts';

/** What a reader of an export can know of one entry: some formats drop the seconds, the sender or the time. */
export interface ExpectedEvent {
  readonly type: 'message' | 'system';
  readonly at: number | undefined;
  readonly sender: string | undefined;
  readonly text: string;
}

/** What must be read from the export of a conversation: the law "render, then parse, is the identity". */
export function expectedEvents(conversation: Conversation, options: RenderOptions): ExpectedEvent[] {
  const events: ExpectedEvent[] = [];
  let before: number | undefined;
  let day: number | undefined;
  for (const entry of conversation.entries) {
    const entryDay = Math.floor(entry.at / 86_400);
    if (entryDay !== day && options.format !== 'macos') before = dayLineTime(entry.at, options);
    day = entryDay;
    const event = expectedEvent(entry, options, before);
    before = event.at;
    events.push(event);
  }
  return events;
}

function expectedEvent(entry: ConversationEntry, options: RenderOptions, before: number | undefined): ExpectedEvent {
  const { format } = options;
  const at = format === 'macos' ? entry.at : entry.at - (entry.at % 60);
  if (entry.type === 'message') return { type: 'message', at, sender: entry.sender, text: entry.text };
  if (entry.type === 'deleted') {
    const text = renderDeleted(options);
    if (format === 'ios' || format === 'macos') return { type: 'system', at: before, sender: undefined, text };
    return { type: 'message', at, sender: entry.sender, text };
  }
  const text = renderNotice(entry, options);
  return { type: 'system', at: format === 'windows' ? before : at, sender: undefined, text };
}

/** Android's date lines give a time, those of Windows and iOS only the day. */
function dayLineTime(at: number, { format }: RenderOptions): number {
  return format === 'android' ? at - (at % 60) : at - (at % 86_400);
}
