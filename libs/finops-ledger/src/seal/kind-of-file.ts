import type { ChainKind } from './chain-state.ts';
import { scanLines } from './scan-lines.ts';

/** Which chain the records of a file are of, by its first line: only those of the audit have a `type`. */
export async function kindOfFile(path: string): Promise<ChainKind> {
  let kind: ChainKind = 'ledger';
  await scanLines(path, ({ bytes }) => {
    if (hasType(bytes.toString('utf8'))) kind = 'audit';
    return false;
  });
  return kind;
}

function hasType(line: string): boolean {
  try {
    const record = JSON.parse(line) as { type?: unknown } | null;
    return typeof record?.type === 'string';
  } catch {
    return false;
  }
}
