import iconv from 'iconv-lite';
import type { ChatFormat } from '../chat-event.ts';
import type { Conversation, ConversationEntry } from './conversation.ts';
import { renderAndroidStamp, renderDay, renderIosStamp, renderIso, renderTime } from './render-stamp.ts';
import type { ClockStyle } from './render-stamp.ts';

/** The bytes an export is written in. */
export type RenderEncoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'cp949';

/** Which app exports, and how its machine is set. */
export interface RenderOptions extends ClockStyle {
  readonly format: ChatFormat;
  readonly encoding: RenderEncoding;
  /** `lf`: an editor or a version control system turned every line end into LF. */
  readonly lineEnds?: 'raw' | 'lf';
  /** iOS only: the stamps give no date. */
  readonly timeOnly?: boolean;
}

const CHUNK_CHARACTERS = 64 * 1024;

/** The bytes of the export that KakaoTalk would write of a conversation, a chunk at a time. */
export function* renderExport(conversation: Conversation, options: RenderOptions): Generator<Buffer> {
  const name = { 'utf-8': 'utf8', 'utf-8-bom': 'utf8', 'utf-16le': 'utf-16le', cp949: 'cp949' }[options.encoding];
  let chunk = options.encoding === 'utf-8-bom' || options.encoding === 'utf-16le' ? '\uFEFF' : '';
  for (const text of renderText(conversation, options)) {
    chunk += text;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield iconv.encode(chunk, name, { addBOM: false });
    chunk = '';
  }
  yield iconv.encode(chunk, name, { addBOM: false });
}

/** The text of an export, record by record. */
export function* renderText(conversation: Conversation, options: RenderOptions): Generator<string> {
  const pieces = {
    windows: renderWindows,
    android: renderAndroid,
    ios: renderIos,
    macos: renderMacos,
  }[options.format](conversation, options);
  for (const piece of pieces) yield options.lineEnds === 'lf' ? piece.replaceAll('\r\n', '\n') : piece;
}

/** The wording of a notice; the same in every app. */
export function renderNotice(
  entry: Exclude<ConversationEntry, { type: 'message' | 'deleted' }>,
  style: ClockStyle,
): string {
  const korean = style.language === 'ko';
  if (entry.type === 'hidden') return '채팅방 관리자가 메시지를 가렸습니다.';
  const { actor } = entry;
  if (entry.type === 'invite') return renderInvitation(actor, entry.guests, korean);
  if (entry.type === 'join') return korean ? `${actor}님이 들어왔습니다.` : `${actor} joined this chatroom.`;
  if (entry.type === 'leave') return korean ? `${actor}님이 나갔습니다.` : `${actor} left this chatroom.`;
  return korean ? `${actor}님을 내보냈습니다.` : `${actor} has been removed from this chatroom.`;
}

/** What stands in place of a deleted message. */
export function renderDeleted({ format, language }: RenderOptions): string {
  if (language === 'en') return 'The message has been deleted.';
  return format === 'ios' ? '메시지가 삭제되었습니다.' : '삭제된 메시지입니다.';
}

function renderInvitation(actor: string, guests: readonly string[], korean: boolean): string {
  const last = guests.at(-1) ?? '';
  const others = guests.slice(0, -1);
  if (!korean) return `${actor} invited ${others.length === 0 ? last : `${others.join(', ')} and ${last}`}.`;
  const named = others.length === 0 ? `${last}님` : `${others.map((name) => `${name}님`).join(', ')}과 ${last}님`;
  return `${actor}님이 ${named}을 초대했습니다.`;
}

function* renderWindows(conversation: Conversation, options: RenderOptions): Generator<string> {
  const korean = options.language === 'ko';
  yield korean ? `${conversation.room} 님과 카카오톡 대화\r\n` : `${conversation.room} with KakaoTalk Chats\r\n`;
  yield `${korean ? '저장한 날짜 : ' : 'Date Saved : '}${renderIso(conversation.savedAt)}\r\n\r\n`;
  for (const { entry, newDay } of byDay(conversation)) {
    if (newDay) yield `--------------- ${renderDay(entry.at, options.language)} ---------------\r\n`;
    const spoken = spokenText(entry, options);
    const line = spoken === undefined ? renderNoticeOf(entry, options) : windowsMessage(entry, spoken, options);
    yield `${line.replaceAll('\n', '\r\n')}\r\n`;
  }
}

function windowsMessage(entry: ConversationEntry, spoken: string, style: ClockStyle): string {
  return `[${senderOf(entry)}] [${renderTime(entry.at, style)}] ${spoken}`;
}

function* renderAndroid(conversation: Conversation, options: RenderOptions): Generator<string> {
  const { room, members } = conversation;
  const saved = renderAndroidStamp(conversation.savedAt, options);
  yield options.language === 'ko'
    ? `${room} ${members} 님과 카카오톡 대화\r\n저장한 날짜 : ${saved}\n\n`
    : `KakaoTalk Chats with ${room} (${members})\r\nDate Saved : ${saved}\n\n`;
  for (const { entry, newDay } of byDay(conversation)) {
    const stamp = renderAndroidStamp(entry.at, options);
    if (newDay) yield `\r\n${stamp}\r\n`;
    const spoken = spokenText(entry, options);
    yield spoken === undefined
      ? `${stamp}, ${renderNoticeOf(entry, options)}\r\n`
      : `${stamp}, ${senderOf(entry)} : ${spoken}\r\n`;
  }
}

function* renderIos(conversation: Conversation, options: RenderOptions): Generator<string> {
  const iso = renderIso(conversation.savedAt);
  yield `Talk_${iso.slice(0, 10).replaceAll('-', '.')} ${iso.slice(11, 16)}-1.txt\r\n`;
  const label = options.language === 'ko' ? '저장한 날짜' : 'Date Saved';
  yield `${label} : ${renderIosStamp(conversation.savedAt, options)}\r\n\r\n\r\n`;
  for (const { entry, newDay } of byDay(conversation)) {
    if (newDay) yield `\r\n${renderDay(entry.at, options.language)}\r\n`;
    const stamp = options.timeOnly === true ? renderTime(entry.at, options) : renderIosStamp(entry.at, options);
    if (entry.type === 'deleted') yield `${renderDeleted(options)}\r\n`;
    else if (entry.type === 'message') yield `${stamp}, ${entry.sender} : ${entry.text}\r\n`;
    else yield `${stamp}: ${renderNoticeOf(entry, options)}\r\n`;
  }
}

function* renderMacos(conversation: Conversation, options: RenderOptions): Generator<string> {
  yield 'Date,User,Message\n';
  for (const entry of conversation.entries) {
    if (entry.type === 'deleted') yield `,"",${quoted(renderDeleted(options))}\n`;
    else if (entry.type === 'message') yield `${renderIso(entry.at)},${quoted(entry.sender)},${quoted(entry.text)}\n`;
    else yield `${renderIso(entry.at)},${quoted(senderOf(entry))},${quoted(renderNoticeOf(entry, options))}\n`;
  }
}

function* byDay(conversation: Conversation): Generator<{ entry: ConversationEntry; newDay: boolean }> {
  let day: number | undefined;
  for (const entry of conversation.entries) {
    const entryDay = Math.floor(entry.at / 86_400);
    yield { entry, newDay: entryDay !== day };
    day = entryDay;
  }
}

function spokenText(entry: ConversationEntry, options: RenderOptions): string | undefined {
  if (entry.type === 'message') return entry.text;
  return entry.type === 'deleted' ? renderDeleted(options) : undefined;
}

function renderNoticeOf(entry: ConversationEntry, style: ClockStyle): string {
  return entry.type === 'message' || entry.type === 'deleted' ? '' : renderNotice(entry, style);
}

function senderOf(entry: ConversationEntry): string {
  if (entry.type === 'hidden') return '';
  return entry.type === 'message' || entry.type === 'deleted' ? entry.sender : entry.actor;
}

function quoted(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}
