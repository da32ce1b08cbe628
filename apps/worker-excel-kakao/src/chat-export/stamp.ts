import { dayNumber, englishMonth, meridiemOf, secondsOfDay, startOfDay } from './wall-clock.ts';

/**
 * The time at the start of a line and what follows it. `at` is undefined when the line has the shape of a stamp but no
 * calendar or clock shows it; `seconds` alone is set when the line gives a time of day without a date. `separator` is
 * empty when the stamp stands alone.
 */
export interface Stamp {
  readonly at: number | undefined;
  readonly seconds: number | undefined;
  readonly separator: ', ' | ': ' | '';
  readonly length: number;
}

/** A blank as phones write it: a space, or the narrow or ordinary no-break space that newer language data puts there. */
const SP = '[ \\u00a0\\u202f]';
const HALF = '[AaPp]\\.?[Mm]\\.?';
const END = '(?:(, |: )|$)';

/** `2026년 11월 18일 오후 8:34, ` and `2026. 1. 27. 21:06: ` */
const KOREAN = new RegExp(
  `^(\\d{4})(?:년|\\.)${SP}(\\d{1,2})(?:월|\\.)${SP}(\\d{1,2})(?:일|\\.)${SP}(?:(오전|오후)${SP})?(\\d{1,2}):(\\d{2})${END}`,
);
/** `November 18, 2026, 8:34 PM, `, `Nov 18, 2026 at 20:34: ` */
const ENGLISH = new RegExp(
  `^([A-Z][a-z]{2,8})${SP}(\\d{1,2}),${SP}(\\d{4})(?:,|${SP}at)${SP}(\\d{1,2}):(\\d{2})(?:${SP}?(${HALF}))?${END}`,
);
/** `8:34pm, July 9, 2015, ` */
const ENGLISH_TIME_FIRST = new RegExp(
  `^(\\d{1,2}):(\\d{2})${SP}?(${HALF})?,${SP}([A-Z][a-z]{2,8})${SP}(\\d{1,2}),${SP}(\\d{4})${END}`,
);
/** `오후 8:36, ` as some iOS exports write it: the day stands in the date line above. */
const TIME_ONLY = new RegExp(`^(?:(오전|오후)${SP})?(\\d{1,2}):(\\d{2})(?:${SP}(${HALF}))?(, |: )`);

/** Reads a phone's stamp at the start of a record; undefined when there is none. */
export function readStamp(record: string): Stamp | undefined {
  const first = record.charCodeAt(0);
  const isDigit = first >= 0x30 && first <= 0x39;
  const isCapital = first >= 0x41 && first <= 0x5a;
  if (isDigit) return korean(KOREAN.exec(record)) ?? timeFirst(ENGLISH_TIME_FIRST.exec(record));
  return isCapital ? english(ENGLISH.exec(record)) : undefined;
}

/** Reads a stamp that gives only the time of day. */
export function readTimeOnlyStamp(record: string): Stamp | undefined {
  const match = TIME_ONLY.exec(record);
  if (match === null) return undefined;
  const meridiem = meridiemOf(match[1] ?? match[4]);
  const seconds = secondsOfDay(Number(match[2]), Number(match[3]), { meridiem });
  return { at: undefined, seconds, separator: separatorOf(match[5]), length: match[0].length };
}

function korean(match: RegExpExecArray | null): Stamp | undefined {
  if (match === null) return undefined;
  const day = dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
  const seconds = secondsOfDay(Number(match[5]), Number(match[6]), { meridiem: meridiemOf(match[4]) });
  return stamp({ day, seconds }, match[7], match[0].length);
}

function english(match: RegExpExecArray | null): Stamp | undefined {
  if (match === null || englishMonth(match[1] ?? '') === 0) return undefined;
  const day = dayNumber(Number(match[3]), englishMonth(match[1] ?? ''), Number(match[2]));
  const seconds = secondsOfDay(Number(match[4]), Number(match[5]), { meridiem: meridiemOf(match[6]) });
  return stamp({ day, seconds }, match[7], match[0].length);
}

function timeFirst(match: RegExpExecArray | null): Stamp | undefined {
  if (match === null || englishMonth(match[4] ?? '') === 0) return undefined;
  const day = dayNumber(Number(match[6]), englishMonth(match[4] ?? ''), Number(match[5]));
  const seconds = secondsOfDay(Number(match[1]), Number(match[2]), { meridiem: meridiemOf(match[3]) });
  return stamp({ day, seconds }, match[7], match[0].length);
}

function stamp(
  { day, seconds }: { day: number | undefined; seconds: number | undefined },
  separator: string | undefined,
  length: number,
): Stamp {
  const at = day === undefined || seconds === undefined ? undefined : startOfDay(day) + seconds;
  return { at, seconds, separator: separatorOf(separator), length };
}

function separatorOf(text: string | undefined): Stamp['separator'] {
  return text === ', ' || text === ': ' ? text : '';
}

const KOREAN_DAY = new RegExp(`^(\\d{4})년${SP}(\\d{1,2})월${SP}(\\d{1,2})일${SP}[월화수목금토일]요일$`);
const ENGLISH_DAY = new RegExp(`^[A-Z][a-z]{2,5}day,${SP}([A-Z][a-z]{2,8})${SP}(\\d{1,2}),${SP}(\\d{4})$`);

/**
 * Reads a line that only names a day: `2026년 11월 18일 수요일`, `Wednesday, November 18, 2026`. `day` is undefined when
 * the calendar has no such day.
 */
export function readDayLine(text: string): { day: number | undefined } | undefined {
  if (text.length > 40) return undefined;
  const korean = KOREAN_DAY.exec(text);
  if (korean !== null) return { day: dayNumber(Number(korean[1]), Number(korean[2]), Number(korean[3])) };
  const english = ENGLISH_DAY.exec(text);
  if (english === null) return undefined;
  return { day: dayNumber(Number(english[3]), englishMonth(english[1] ?? ''), Number(english[2])) };
}

const ISO =
  /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[ T](?:(오전|오후) )?(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AaPp]\.?[Mm]\.?))?)?$/;

/** `2026-11-20 18:03:22` and what a spreadsheet makes of it (`2026.11.20 18:03`); undefined when it is no time. */
export function readIsoTime(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null || match[5] === undefined) return undefined;
  const day = dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
  const meridiem = meridiemOf(match[4] ?? match[8]);
  const seconds = secondsOfDay(Number(match[5]), Number(match[6]), { second: Number(match[7] ?? 0), meridiem });
  return day === undefined || seconds === undefined ? undefined : startOfDay(day) + seconds;
}
