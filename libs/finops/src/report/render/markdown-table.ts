/** A column of a table: its heading, and whether its cells are numbers. */
export type MarkdownColumn = { head: string; number?: boolean };

/** A table in GitHub's Markdown. Cells must be harmless already: see markdownText. */
export function markdownTable(columns: readonly MarkdownColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ head }) => head)),
    line(columns.map(({ number }) => (number === true ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}
