/** All digits but the last `keep` become `*`; separators stay, so that a reader sees what kind of number it was. */
function keepLast(written: string, keep: number): string {
  let digits = 0;
  for (const char of written) if (char >= '0' && char <= '9') digits += 1;
  let hidden = digits - keep;
  return written.replace(/[0-9]/g, (digit) => (hidden-- > 0 ? '*' : digit));
}

function digitsOf(written: string): string {
  return written.replace(/[^0-9]/g, '');
}

/** Check digit of a resident registration number (주민등록번호); numbers issued since October 2020 no longer have one. */
function hasResidentChecksum(digits: string): boolean {
  const weights = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
  const sum = weights.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
  return (11 - (sum % 11)) % 10 === Number(digits[12]);
}

/** Luhn check digit of payment cards (ISO/IEC 7812-1). */
function hasLuhnChecksum(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index -= 1, double = !double) {
    const digit = Number(digits[index]) * (double ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** Issuer ranges with the lengths they use: Visa, Mastercard, Amex, Diners, JCB, Discover, UnionPay, Korean domestic. */
const cardIssuers =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|9[0-9]\d{14})$/;

function isCard(digits: string): boolean {
  return cardIssuers.test(digits) && hasLuhnChecksum(digits);
}

/** Milliseconds since 1970 in the years 2001 to 2036: a bare number in this range is a time, not a person. */
function isEpochMilliseconds(digits: string): boolean {
  const value = Number(digits);
  return value >= 1.0e12 && value <= 2.1e12;
}

const separator = '[-\\u2010-\\u2015\\u2212 .]';
const gap = `(?:\\)?${separator}{0,2})`;

/**
 * One pass, first alternative wins: what must stay whole comes first (UUID, ISO instant, address), then each kind of
 * personal number. Every part is bounded, and digits before or behind forbid a match, so time is linear.
 */
const numbers = new RegExp(
  [
    // 1: kept as it is
    '(?<![0-9A-Za-z])([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d[0-9:.,]{0,18})(?![0-9A-Za-z])',
    // 2: resident registration number, yymmdd-sxxxxxx
    `(?<![0-9A-Za-z.])(\\d\\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?:${separator}{1,3}|)[1-8]\\d{6})(?![0-9A-Za-z])`,
    // 3: Korean mobile or landline, with the leading 0 or with the country code
    `(?<![0-9A-Za-z]|[0-9]\\.)((?:\\(?(?:\\+|00)82\\)?${gap}(?:\\(?0\\)?)?|\\(?82\\)?${gap}(?=1[016789])|\\(?0)(?:1[016789]|2|3[1-3]|4[1-4]|5[0-57]\\d?|6[1-4]|70|80)${gap}\\d{3,4}${gap}\\d{4})(?![0-9A-Za-z]|\\.[0-9])`,
    // 4: any other international number
    `(?<![0-9A-Za-z+])(\\+[1-9]\\d{0,2}(?:${gap}\\(?\\d{1,4}\\)?){2,6})(?![0-9A-Za-z])`,
    // 5: payment card in groups or bare
    '(?<![0-9A-Za-z.-])(\\d{4}[- ]\\d{4}[- ]\\d{4}[- ]\\d{1,7}|\\d{4}[- ]\\d{6}[- ]\\d{4,5}|\\d{13,19})(?![0-9A-Za-z-]|\\.[0-9])',
    // 6: driver's licence
    '(?<![0-9A-Za-z-])(\\d\\d-\\d\\d-\\d{6}-\\d\\d)(?![0-9A-Za-z-])',
  ].join('|'),
  'gi',
);

/** Bank account and passport numbers have no shape of their own: they are known by the word before them. */
const account =
  /((?:계좌|입금|은행|account\s{0,2}(?:no\.?|number|#))[^0-9\n]{0,20})(\d[\d-]{7,18}\d)(?![\d,.-]|\s{0,2}(?:원|건|개|won|KRW))/gi;
/** A day, or a day and a time in digits: no account number. */
const dayOrTime = /^(?:19|20)\d\d(?:-\d\d-\d\d|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?)$/;
const passport = /((?:여권|passport)[^0-9A-Za-z\n]{0,3}[^0-9\n]{0,15}?)\b([A-Z]\d{3}[A-Z0-9]\d{4})(?![0-9A-Za-z])/gi;
const accountHint = /계좌|입금|은행|account/i;
const passportHint = /여권|passport/i;

/** Fewer than eight digits in reach of each other are no number of a person. */
const numberHint =
  /\d[^A-Za-z]{0,3}\d[^A-Za-z]{0,3}\d[^A-Za-z]{0,3}\d[^A-Za-z]{0,3}\d[^A-Za-z]{0,3}\d[^A-Za-z]{0,3}\d[^A-Za-z]{0,3}\d/;

function maskResident(written: string): string {
  const digits = digitsOf(written);
  const bare = digits.length === written.length;
  if (bare && (!hasResidentChecksum(digits) || isEpochMilliseconds(digits))) return written;
  return '*'.repeat(6) + written.slice(6).replace(/[0-9]/g, '*');
}

/** E.164: at most 15 digits. Without any separator a short one is more likely a difference, such as `+12345678`. */
function maskInternational(written: string): string {
  const count = digitsOf(written).length;
  const least = /^\+\d+$/.test(written) ? 10 : 8;
  return count >= least && count <= 15 ? keepLast(written, 3) : written;
}

function maskNumber(whole: string, groups: (string | undefined)[]): string {
  const [kept, resident, korean, international, card, licence] = groups;
  if (kept !== undefined) return whole;
  if (resident !== undefined) return maskResident(resident);
  if (korean !== undefined) return keepLast(korean, 3);
  if (international !== undefined) return maskInternational(international);
  if (card !== undefined) return isCard(digitsOf(card)) ? keepLast(card, 4) : whole;
  return licence === undefined ? whole : keepLast(licence, 2);
}

const blanks = ' \n\r\t';

/** The first character that is not blank from `at` on, in the direction of `step`. */
function nextCharacter(text: string, at: number, step: 1 | -1): string {
  let index = at;
  while (blanks.includes(text.charAt(index)) && index >= 0 && index < text.length) index += step;
  return text.charAt(index);
}

/** A masked bare number between `:`, `[`, `,` and `,`, `]`, `}` was a JSON number: another number keeps the text JSON. */
function keepJson(masked: string, written: string, surroundings: { text: string; offset: number }): string {
  if (masked === written || !/^\d+$/.test(written) || written.startsWith('0')) return masked;
  const before = nextCharacter(surroundings.text, surroundings.offset - 1, -1);
  const after = nextCharacter(surroundings.text, surroundings.offset + written.length, 1);
  const isJsonNumber = before !== '' && after !== '' && ':[,'.includes(before) && ',]}'.includes(after);
  return isJsonNumber ? '0' : masked;
}

/**
 * Masks the numbers of people in a text: phones keep their last 3 digits, cards their last 4, resident registration,
 * licence, passport and account numbers little or nothing. UUIDs, hashes, amounts, dates and times stay whole.
 */
export function maskNumbers(text: string): string {
  const masked = numberHint.test(text) ? maskShaped(text) : text;
  if (!passportHint.test(masked)) return masked;
  return masked.replace(passport, (_whole, before: string, written: string) => before + keepLast(written, 3));
}

function maskShaped(text: string): string {
  const masked = text.replace(numbers, (whole: string, ...rest: unknown[]) => {
    const offset = rest[6] as number;
    return keepJson(maskNumber(whole, rest.slice(0, 6) as (string | undefined)[]), whole, { text, offset });
  });
  if (!accountHint.test(masked)) return masked;
  return masked.replace(account, (whole, before: string, written: string) =>
    dayOrTime.test(written) ? whole : before + keepLast(written, 3),
  );
}
