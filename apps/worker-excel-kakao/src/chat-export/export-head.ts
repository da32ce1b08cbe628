import { readIsoTime, readStamp } from './stamp.ts';

const ROOM_LINES = [
  /^(.+) \(\d+명\)과 카카오톡 대화(?:-\d+\.txt)?$/,
  /^(.+?)(?: \d+)? 님과 카카오톡 대화$/,
  /^(.+) 카카오톡 대화$/,
  /^(.+) with KakaoTalk Chats$/,
  /^KakaoTalk Chats with (.+?)(?: \(\d+\))?$/,
];
/** The iOS app repeats its file's name, with ':' for '_'. */
const IOS_TITLE = /^Talk_\d{4}\..*\.txt$/;
const SAVED_LINE = /^(?:저장한 날짜|Date Saved) ?: ?(.+)$/;
const LONGEST_HEAD_LINE = 300;

/** The name of the room in the first line of an export; '' for an iOS title, undefined for any other line. */
export function readRoomLine(line: string): string | undefined {
  if (line.length > LONGEST_HEAD_LINE) return undefined;
  if (IOS_TITLE.test(line)) return '';
  for (const pattern of ROOM_LINES) {
    const match = pattern.exec(line);
    if (match !== null) return match[1];
  }
  return undefined;
}

/** The line "저장한 날짜 : …": `at` is the wall-clock second, undefined when the time is in an unknown form. */
export function readSavedLine(line: string): { at: number | undefined } | undefined {
  const match = line.length > LONGEST_HEAD_LINE ? null : SAVED_LINE.exec(line);
  if (match === null) return undefined;
  const time = (match[1] ?? '').trim();
  return { at: readIsoTime(time) ?? readStamp(time)?.at };
}
