import { writeFileSync } from 'node:fs';
import { chainRecord, GENESIS } from '../chain.ts';

/** The lines of a chain of so many records. */
export function chainOf(count: number, record: (index: number) => Record<string, unknown> = plainRecord): string[] {
  let prev = GENESIS;
  return Array.from({ length: count }, (_, index) => {
    const { line, hash } = chainRecord(record(index), prev);
    prev = hash;
    return line;
  });
}

export function plainRecord(index: number): Record<string, unknown> {
  return { ts_utc: '2026-01-01T00:00:00Z', ts: 1_767_225_600 + index, provider: 'glm', purpose: `작업 "${index}"` };
}

export function hashOfLine(line: string | undefined): string {
  return line === undefined ? GENESIS : line.slice(-66, -2);
}

/** Writes lines as an export, with the sidecar of `end` (of the last line unless told; null: none). */
export function writeExport(path: string, lines: string[], end: string | null = hashOfLine(lines.at(-1))): void {
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  if (end !== null) writeFileSync(`${path}.chain`, `${end}\n`);
}
