import type { Words } from './words.ts';

/** How long ago an instant was, in its largest unit: `3 min ago`; the words know the units. Unknown is `-`. */
export function ago(instant: string | null, now: number, words: Words): string {
  const then = instant === null ? Number.NaN : Date.parse(instant);
  if (Number.isNaN(then)) return '-';
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  if (seconds < 60) return words.ago('second', seconds);
  if (seconds < 3600) return words.ago('minute', Math.floor(seconds / 60));
  if (seconds < 86_400) return words.ago('hour', Math.floor(seconds / 3600));
  return words.ago('day', Math.floor(seconds / 86_400));
}

/** A count for people: `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en');
}
