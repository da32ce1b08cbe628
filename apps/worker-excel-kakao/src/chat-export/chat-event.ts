/** The app that wrote an export. macOS stands for any CSV with the header Date,User,Message. */
export type ChatFormat = 'windows' | 'android' | 'ios' | 'macos';

/** The language of the app that wrote the export; what people wrote may be in any language. */
export type ChatLanguage = 'ko' | 'en';

/** What a message is, read from KakaoTalk's own placeholders; a person who types the placeholder cannot be told apart. */
export type MessageKind =
  | 'text'
  | 'photo'
  | 'video'
  | 'voice'
  | 'emoticon'
  | 'file'
  | 'map'
  | 'contact'
  | 'board'
  | 'call'
  | 'payment'
  | 'search'
  | 'deleted';

/** What a notice of the room is about. */
export type NoticeKind = 'invite' | 'join' | 'leave' | 'kick' | 'host' | 'hidden' | 'deleted' | 'policy' | 'other';

/** Somebody named in a notice: who came, who went, who was put out, or who is merely named (the one who invites). */
export interface Movement {
  readonly name: string;
  readonly action: 'join' | 'leave' | 'kick' | 'named';
}

/** Why a line is in the sheet 오류 instead of being a message. */
export type UnparsedReason =
  | 'not_understood'
  | 'follows_unparsed'
  | 'impossible_date'
  | 'impossible_time'
  | 'no_date_above'
  | 'line_too_long'
  | 'message_too_long'
  | 'broken_csv';

/**
 * The physical lines an event was read from, 1-based and inclusive; `\n` ends a line. The spans of one export never
 * overlap and together hold every line that is not blank. Only the rest of a line or message beyond the length limit
 * stands in the span of its first part as well.
 */
export interface LineSpan {
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Something a person said. `at` is in wall-clock seconds since 1970-01-01 00:00 of the exporter's clock. */
export interface MessageEvent extends LineSpan {
  readonly type: 'message';
  readonly at: number;
  readonly sender: string;
  readonly kind: MessageKind;
  readonly text: string;
  /** The clock of this event is earlier than that of the event before it: the order of the file is kept. */
  readonly steppedBack: boolean;
}

/** A notice of the room. It has no time of its own in some formats: then `at` is that of the event before it. */
export interface SystemEvent extends LineSpan {
  readonly type: 'system';
  readonly at: number | undefined;
  readonly timeInferred: boolean;
  readonly notice: NoticeKind;
  readonly text: string;
  readonly movements: readonly Movement[];
  readonly steppedBack: boolean;
}

/** A line of the export's own frame: the head of the file, or a line that only says which day follows. */
export interface FrameEvent extends LineSpan {
  readonly type: 'header' | 'date';
  readonly text: string;
}

/** A line that could not be understood, whole and unchanged. */
export interface UnparsedEvent extends LineSpan {
  readonly type: 'unparsed';
  readonly reason: UnparsedReason;
  readonly text: string;
}

/** What an export consists of, in the order of the file. */
export type ChatEvent = MessageEvent | SystemEvent | FrameEvent | UnparsedEvent;
