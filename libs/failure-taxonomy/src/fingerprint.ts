/** What groups letters by cause. `text` is the message without what differs from letter to letter, `hash` 14 hex digits over code and text. */
export type Fingerprint = { hash: string; text: string };

const LONGEST = 2000;

/** Everything that differs between two letters of one cause, most telling first; each is bounded, so time is linear. */
const variables: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/(?<![A-Za-z0-9])[A-Za-z0-9._%+*-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g, '<email>'],
  // The host of an address tells causes apart; path, query and port do not.
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)(?:[^\s/@"']{1,128}@)?([^\s/:?#"'<>)\]]{1,255})[^\s"'<>)\]]{0,2000}/gi, '$1$2'],
  [/\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\d{4}년 ?\d{1,2}월 ?\d{1,2}일/g, '<time>'],
  [/\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?\b/g, '<time>'],
  [/"[^"\n]{0,500}"|`[^`\n]{0,500}`|“[^”\n]{0,500}”|‘[^’\n]{0,500}’|「[^」\n]{0,500}」|『[^』\n]{0,500}』/g, '<value>'],
  // An apostrophe inside a word is not a quotation mark.
  [/(?<![\p{L}\p{N}])'[^'\n]{0,500}'(?![\p{L}\p{N}])/gu, '<value>'],
  [/(?<![\p{L}\p{N}./])(?!\/\/)(?:[A-Za-z]:)?(?:\.{0,2}[\\/])(?:[^\s\\/:"'<>|,;()[\]]{1,255}[\\/]){0,30}[^\s\\/:"'<>|,;()[\]]{1,255}/gu, '<path>'],
  [/(?<![\p{L}\p{N}/])(?:[\w.@-]{1,100}\/){1,20}[\w@-]{1,100}\.[A-Za-z]{1,8}\b/gu, '<path>'],
  [/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d)/g, '<ip>'],
  [/\b0x[0-9a-f]{1,64}\b/gi, '<id>'],
  // A word of 8 or more that mixes letters and digits, or hexadecimal digits only, is an id or a hash.
  [/(?<![A-Za-z0-9])(?=[A-Za-z_-]{0,64}\d)(?=[\d_-]{0,64}[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9_-]{6,254})[A-Za-z0-9](?![A-Za-z0-9])/g, '<id>'],
  [/(?<![\p{L}\p{N}])[+-]?\d{1,15}(?:[.,]\d{1,15}){0,6} ?(?:ms|msec|milliseconds?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|[smhd]|초|분|시간|일|밀리초)(?![A-Za-z])/gu, '<duration>'],
  [/(?<![A-Za-z])[+-]?\d+(?:[.,]\d+){0,6}/g, '<n>'],
  [/\d+/g, '<n>'],
]; // prettier-ignore

/** The message of a cause without ids, numbers, times, durations, paths and quoted values; Korean text stays. */
export function normalizeMessage(message: string): string {
  let text = message.slice(0, LONGEST).normalize('NFC');
  for (const [pattern, placeholder] of variables) text = text.replace(pattern, placeholder);
  return text.replace(/\s+/g, ' ').trim();
}

/** cyrb53 by bryc (public domain): 53 bits, well mixed, the same on every machine. Not for secrets. */
function hash53(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(16).padStart(14, '0');
}

/** The fingerprint of a failure: equal causes have equal hashes, whatever ids and numbers their messages carry. */
export function fingerprint(failed: { code: string; message: string }): Fingerprint {
  const text = normalizeMessage(failed.message);
  return { hash: hash53(`${failed.code}\n${text}`), text };
}
