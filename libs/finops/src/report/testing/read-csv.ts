/** Reads RFC 4180 text: rows of cells. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /"((?:[^"]|"")*)"|[^,\n]*/y;
  for (let at = 0; at < text.length;) {
    cell.lastIndex = at;
    const [written = '', quoted] = cell.exec(text) ?? [];
    row.push(quoted === undefined ? written : quoted.replaceAll('""', '"'));
    at += written.length;
    if (text[at] === '\n') {
      rows.push(row);
      row = [];
    }
    at += 1;
  }
  return rows;
}
