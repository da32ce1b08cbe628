import { parseCostRecord, type ReadCostRecord } from '@nexus/finops';
import { scanLines } from './scan-lines.ts';

/** A line of a file of cost records, counted from 1: its record, or why it is none. */
export type RecordFileLine =
  { line: number; ok: true; record: ReadCostRecord } | { line: number; ok: false; why: string };

/**
 * Reads a JSONL file of cost records in bounded memory, also one that another program wrote, and calls back for each line;
 * a corrupt line is told with its number and why, and reading goes on, unless the callback answers false. Empty lines at
 * the end are no lines. Answers how many lines there were. Rejects when the file cannot be read.
 */
export async function readRecordFile(
  path: string,
  onLine: (line: RecordFileLine) => boolean | undefined | void,
): Promise<number> {
  let empty = 0;
  let stopped = false;
  const { lines } = await scanLines(path, ({ bytes, number }) => {
    const text = bytes.toString('utf8').replace(/^\ufeff/, '');
    if (text.trim() === '') {
      empty += 1;
      return;
    }
    // An empty line is a fault only when something follows it.
    for (let line = number - empty; line < number; line++) {
      if (!tell({ line, ok: false, why: 'it is empty' })) return false;
    }
    empty = 0;
    return tell({ line: number, ...parseCostRecord(text) });
  });
  return lines - empty;

  function tell(line: RecordFileLine): boolean {
    stopped ||= onLine(line) === false;
    return !stopped;
  }
}
