import { divideHalfEven } from '../amount.ts';

/** The languages of reports. */
export const REPORT_LANGUAGES = ['en', 'ko'] as const;
export type ReportLanguage = (typeof REPORT_LANGUAGES)[number];

const NANO_DIGITS = 9;

/** Nano-USD with so many decimals, rounded half to even, e.g. `1234.5678`. */
export function decimalUsd(nano: bigint, decimals: number): string {
  const scaled = divideHalfEven(nano, 10n ** BigInt(NANO_DIGITS - decimals));
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, '0');
  const sign = scaled < 0n ? '-' : '';
  return decimals === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/**
 * An amount for people: `$1,234.57`; below a dollar with more decimals, so that a small one is not nothing. Amounts that
 * stand beside each other have the decimals of the largest: `beside`.
 */
export function money(nano: bigint, beside: bigint = nano): string {
  const size = nano < 0n ? -nano : nano;
  const text = decimalUsd(size, decimalsOf(beside < 0n ? -beside : beside));
  return `${nano < 0n && /[1-9]/.test(text) ? '−' : ''}$${grouped(text)}`;
}

/** As `money`, with a sign: of a change. */
export function signedMoney(nano: bigint, beside: bigint = nano): string {
  const text = money(nano, beside);
  return nano > 0n && /[1-9]/.test(text) ? `+${text}` : text;
}

/** Amount for an axis: without cents where there are dollars, and in thousands and millions. */
export function axisMoney(usd: number): string {
  if (usd >= 1e6) return `$${trimmed(usd / 1e6, 2)}M`;
  if (usd >= 1e4) return `$${trimmed(usd / 1e3, 1)}k`;
  return `$${grouped(trimmed(usd, usd >= 10 ? 0 : usd >= 0.1 ? 2 : 4))}`;
}

/** `12,345` in every language. */
export function count(number: number): string {
  return grouped(String(number));
}

/** Rounded to three digits or so: `1.23M` in English, `123만` in Korean. */
export function compactCount(number: number, language: ReportLanguage): string {
  const units: [number, string][] =
    language === 'ko'
      ? [
          [1e12, '조'],
          [1e8, '억'],
          [1e4, '만'],
        ]
      : [
          [1e12, 'T'],
          [1e9, 'B'],
          [1e6, 'M'],
          [1e3, 'k'],
        ];
  const unit = units.find(([size]) => number >= size);
  if (unit === undefined) return count(number);
  const scaled = number / unit[0];
  return `${grouped(trimmed(scaled, scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2))}${unit[1]}`;
}

/** A share as `12.3%`; `–` where there is none. */
export function percent(share: number | null, decimals = 1): string {
  return share === null ? '–' : `${share < 0 ? '−' : ''}${(Math.abs(share) * 100).toFixed(decimals)}%`;
}

/** As `percent`, with a sign. */
export function signedPercent(share: number | null): string {
  return share !== null && share > 0 ? `+${percent(share)}` : percent(share);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A day `YYYY-MM-DD` for people: `5 Nov 2026`, `2026년 11월 5일`. */
export function longDay(day: string, language: ReportLanguage): string {
  const [year, month, date] = numbersOf(day);
  return language === 'ko' ? `${year}년 ${month}월 ${date}일` : `${date} ${MONTHS[month - 1]} ${year}`;
}

/** A day inside a known year: `5 Nov`, `11. 5.`. */
export function shortDay(day: string, language: ReportLanguage): string {
  const [, month, date] = numbersOf(day);
  return language === 'ko' ? `${month}. ${date}.` : `${date} ${MONTHS[month - 1]}`;
}

/** A month `YYYY-MM` for people: `Nov 2026`, `2026년 11월`. */
export function longMonth(month: string, language: ReportLanguage): string {
  const [year, number] = numbersOf(`${month}-01`);
  return language === 'ko' ? `${year}년 ${number}월` : `${MONTHS[number - 1]} ${year}`;
}

/** An ISO instant to the minute, on the clocks of a zone: `2026-11-05 19:20 (Asia/Seoul)`. */
export function minute(instant: string, zone: string): string {
  const two = '2-digit';
  const digits = { year: 'numeric', month: two, day: two, hour: two, minute: two, hourCycle: 'h23' } as const;
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, ...digits }).formatToParts(Date.parse(instant));
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} (${zone})`;
}

function numbersOf(day: string): [year: number, month: number, date: number] {
  return [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8, 10))];
}

function decimalsOf(size: bigint): number {
  if (size === 0n || size >= 1_000_000_000n) return 2;
  return size >= 10_000_000n ? 4 : size >= 100_000n ? 6 : NANO_DIGITS;
}

function trimmed(number: number, decimals: number): string {
  const text = number.toFixed(decimals);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}
