import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A place where an export leaves out records that are not in its window. One JSON object a line in `<export>.gaps`. */
export type ExportGap = {
  /** Hash of the record before the gap; 64 zeros at the beginning. */
  after: string;
  /** `prev_hash` of the record behind it. */
  before: string;
  /** How many records are left out. */
  records: number;
};

/** Where an export keeps its gaps; no file when it has none. */
export function gapsFileOf(path: string): string {
  return `${path}.gaps`;
}

/** The gaps an export tells of; none when there is no such file. Rejects with SIDECAR_UNREADABLE when it is damaged. */
export async function readGaps(path: string): Promise<Map<string, string>> {
  const gaps = new Map<string, string>();
  const file = gapsFileOf(path);
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const { after, before } = JSON.parse(line) as ExportGap;
      gaps.set(after, before);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return gaps;
    if (!(error instanceof SyntaxError)) throw error;
    throw Object.assign(new Error(`${file} is damaged: it is not one JSON object a line. Export again.`), {
      code: 'SIDECAR_UNREADABLE',
    });
  }
  return gaps;
}
