import type { Bar, Row } from './row.ts';

/** The rows as a table for people: figure, bar, aim, verdict, and beneath each what it was compared with. */
export function formatRows(rows: Row[]): string {
  const cells = rows.map((each) => [
    each.ok ? 'ok  ' : 'MISS',
    each.id,
    `${each.value.toLocaleString('en')} ${each.unit}`,
    `${bound(each.bar)} ${each.bar.bar.toLocaleString('en')}`,
    each.bar.aim === undefined ? '' : `aim ${each.bar.aim.toLocaleString('en')}`,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...cells.map((line) => (line[column] ?? '').length)));
  return rows
    .map((each, at) => {
      const line = (cells[at] ?? []).map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
      const base = Object.entries(each.base)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ');
      return `${line.trimEnd()}\n      ${each.what}: ${base}\n`;
    })
    .join('');
}

function bound({ kind }: Bar): string {
  return kind === 'at-least' ? '≥' : '≤';
}
