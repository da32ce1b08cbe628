/** A column: its heading as harmless HTML, and how its cells are set. A spare one gives way on paper. */
export type HtmlColumn = { head: string; kind?: 'number' | 'number spare' | 'text' | 'name' | 'bar' };

/** A table; cells are harmless HTML already. `rest` sets the last row back, `foot` is a row of totals. */
export function htmlTable(
  columns: readonly HtmlColumn[],
  rows: readonly (readonly string[])[],
  { rest = false, foot, caption }: { rest?: boolean; foot?: readonly string[]; caption?: string } = {},
): string {
  const kind = (index: number): string => {
    const set = columns[index]?.kind;
    return set === undefined ? '' : ` class="${set}"`;
  };
  const heads = columns.map(({ head }, index) => `<th scope="col"${kind(index)}>${head}</th>`).join('');
  const line = (cells: readonly string[]): string =>
    cells.map((cell, index) => `<td${kind(index)}>${cell}</td>`).join('');
  const body = rows.map((cells, index) => {
    const isRest = rest && index === rows.length - 1;
    return `<tr${isRest ? ' class="rest"' : ''}>${line(cells)}</tr>`;
  });
  return [
    '<table>',
    ...(caption === undefined ? [] : [`<caption>${caption}</caption>`]),
    `<thead><tr>${heads}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody>`,
    ...(foot === undefined ? [] : [`<tfoot><tr>${line(foot)}</tr></tfoot>`]),
    '</table>',
  ].join('\n');
}
