import type { ScaleLinear } from 'd3-scale';
import { htmlText } from '../render/inert-text.ts';
import { axisMoney } from '../render/format.ts';

/** The drawing area of a chart, in the units of its viewBox. */
export const FRAME = { width: 1040, height: 280, left: 84, right: 14, top: 14, bottom: 30 } as const;

/** Coordinates with two decimals, so that a drawing has the same bytes everywhere. */
export function point(number: number): string {
  return String(Math.round(number * 100) / 100);
}

/** A chart that a screen reader tells by its title and description; `id` is unique in the document. */
export function chartFrame(
  body: string,
  { id, title, description }: { id: string; title: string; description: string },
) {
  return `<figure><svg viewBox="0 0 ${FRAME.width} ${FRAME.height}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${htmlText(title)}</title>
<desc id="${id}-text">${htmlText(description, 300)}</desc>
${body}
</svg></figure>`;
}

/** Lines and labels of the amounts. */
export function amountAxis(scale: ScaleLinear<number, number>): string {
  return scale
    .ticks(4)
    .map((usd) => {
      const y = point(scale(usd));
      const line = `<line class="${usd === 0 ? 'base' : 'grid'}" x1="${FRAME.left}" x2="${FRAME.width - FRAME.right}" y1="${y}" y2="${y}"/>`;
      return `${line}<text x="${FRAME.left - 8}" y="${y}" dy="0.32em" text-anchor="end">${axisMoney(usd)}</text>`;
    })
    .join('\n');
}
