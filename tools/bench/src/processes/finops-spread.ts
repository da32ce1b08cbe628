/**
 * Spreads a number of calls over cells as unevenly as companies do: a few cells have most of them. Whole numbers of at
 * least 1 that add up to `total`, the same ones each time. Throws when there are fewer calls than cells.
 */
export function spreadCalls(total: number, cells: number): number[] {
  if (total < cells) throw new RangeError(`${total} calls are too few for ${cells} cells`);
  const weights = Array.from({ length: cells }, (_, at) => 1 / (1 + ((at * 7) % 40)));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const counts = weights.map((weight) => 1 + Math.floor(((total - cells) * weight) / sum));
  const rest = total - counts.reduce((all, count) => all + count, 0);
  return counts.map((count, at) => (at === 0 ? count + rest : count));
}
