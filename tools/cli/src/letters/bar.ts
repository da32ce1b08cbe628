import { count } from './moment.ts';

const WIDTH = 20;

/** A share as a bar and a percentage, `#########            45%`; any share above 0 shows, none of a total of 0 is 0. */
export function shareBar(part: number, total: number, width = WIDTH): string {
  const share = total <= 0 ? 0 : Math.min(1, Math.max(0, part / total));
  const filled = share === 0 ? 0 : Math.max(1, Math.round(share * width));
  return `${'#'.repeat(filled).padEnd(width)} ${percentage(share)}`;
}

/** Progress as `[########----------------]  33%  3,300 / 10,000`; none of a total of 0 is all of it. */
export function progressBar(done: number, total: number, width = 24): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${percentage(share)}  ${count(done)} / ${count(total)}`;
}

/** Whole per cent, four characters wide; what is neither nothing nor all never reads as 0% or 100%. */
export function percentage(share: number): string {
  const rounded = Math.round(share * 100);
  const honest = share > 0 && rounded === 0 ? '<1%' : share < 1 && rounded === 100 ? '99%' : `${rounded}%`;
  return honest.padStart(4);
}
