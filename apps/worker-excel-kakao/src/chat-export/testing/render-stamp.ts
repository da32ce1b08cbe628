import type { ChatLanguage } from '../chat-event.ts';

/** How the phone or computer that exports shows times. */
export interface ClockStyle {
  readonly language: ChatLanguage;
  readonly clock: '12' | '24';
  /** English phones since 2023: `at` before the time, a narrow no-break space before AM and PM. */
  readonly narrow?: boolean;
}

const WEEKDAYS_KO = ['일', '월', '화', '수', '목', '금', '토'];
const WEEKDAYS_EN = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `오후 8:34`, `8:34 PM` or `20:34`. */
export function renderTime(at: number, { language, clock, narrow }: ClockStyle): string {
  const date = new Date(at * 1000);
  const minute = two(date.getUTCMinutes());
  const hour = date.getUTCHours();
  if (clock === '24') return `${two(hour)}:${minute}`;
  const hour12 = hour % 12 === 0 ? 12 : hour % 12;
  if (language === 'ko') return `${hour < 12 ? '오전' : '오후'} ${hour12}:${minute}`;
  return `${hour12}:${minute}${narrow === true ? '\u202f' : ' '}${hour < 12 ? 'AM' : 'PM'}`;
}

/** The day as a date line names it: `2026년 11월 18일 수요일`, `Wednesday, November 18, 2026`. */
export function renderDay(at: number, language: ChatLanguage): string {
  const date = new Date(at * 1000);
  const weekday = date.getUTCDay();
  if (language === 'ko') return `${koreanDate(date)} ${WEEKDAYS_KO[weekday] ?? ''}요일`;
  return `${WEEKDAYS_EN[weekday] ?? ''}, ${englishDate(date, 'long')}`;
}

/** An Android stamp: `2026년 11월 18일 오후 8:34`, `November 18, 2026, 8:34 PM`. */
export function renderAndroidStamp(at: number, style: ClockStyle): string {
  const date = new Date(at * 1000);
  if (style.language === 'ko') return `${koreanDate(date)} ${renderTime(at, style)}`;
  return `${englishDate(date, 'long')}${style.narrow === true ? ' at' : ','} ${renderTime(at, style)}`;
}

/** An iOS stamp: `2026. 11. 18. 오후 8:34`, `Nov 18, 2026 at 8:34 PM`. */
export function renderIosStamp(at: number, style: ClockStyle): string {
  const date = new Date(at * 1000);
  if (style.language === 'en') {
    return `${englishDate(date, 'short')}${style.narrow === true ? ' at' : ','} ${renderTime(at, style)}`;
  }
  return `${date.getUTCFullYear()}. ${date.getUTCMonth() + 1}. ${date.getUTCDate()}. ${renderTime(at, style)}`;
}

/** `2026-11-18 20:34:26` */
export function renderIso(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

function koreanDate(date: Date): string {
  return `${date.getUTCFullYear()}년 ${date.getUTCMonth() + 1}월 ${date.getUTCDate()}일`;
}

function englishDate(date: Date, month: 'long' | 'short'): string {
  const name = MONTHS[date.getUTCMonth()] ?? '';
  return `${month === 'long' ? name : name.slice(0, 3)} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
