import type { ChainProblem } from './chain-verdict.ts';
import { linkOfLine, type LinkOfLine } from './chained-line.ts';
import { scanLines } from './scan-lines.ts';
import type { ChainBreak } from './verify-lines.ts';

export type DiagnoseOptions = {
  bytes?: number;
  /** Hash of the last line, known from elsewhere. */
  end?: string;
};

/** What a second reading of the file found around a break. */
type Surroundings = {
  bad: LinkOfLine;
  /** The bad line is the last one and has no newline. */
  torn: boolean;
  /** Another line with the hash of the bad one. */
  twin: number | undefined;
  /** The line that the bad one says it follows. */
  parent: number | undefined;
  /** The first line behind the bad one that follows what the bad one should have followed. */
  heir: number | undefined;
  /** The line behind the bad one follows it. */
  followed: boolean;
};

/** Names what happened where a chain breaks, by reading the file once more. */
export async function diagnoseBreak(
  path: string,
  broken: ChainBreak,
  { bytes, end }: DiagnoseOptions = {},
): Promise<ChainProblem> {
  const around = await lookAround(path, broken, bytes);
  const { bad, torn, twin, parent, heir, followed } = around;
  const { line } = broken;
  if (!bad.readable && torn) {
    return { line, damage: 'cut', text: `line ${line} breaks off: the rest of the file is missing` };
  }
  if (!bad.readable) return { line, damage: 'unreadable', text: `line ${line} is no record: ${bad.why}` };
  if (!bad.consistent && heir !== undefined) return inserted(line);
  if (!bad.consistent) {
    return { line, damage: 'changed', text: `line ${line} was changed: its hash does not fit what it says` };
  }
  if (twin !== undefined) {
    return { line, damage: 'duplicate', text: `line ${line} is the record of line ${twin} once more` };
  }
  const isFork = broken.before !== undefined && bad.prev_hash === broken.before;
  if (isFork && heir === undefined && (followed || end === undefined || end === bad.hash)) return inserted(line - 1);
  if (parent !== undefined && parent > line) {
    return { line, damage: 'reordered', text: `line ${line} stands too early: it belongs behind line ${parent}` };
  }
  if (heir !== undefined || isFork) return inserted(line);
  const place = line === 1 ? 'before line 1' : `between line ${line - 1} and line ${line}`;
  return { line, damage: 'missing', text: `records are missing ${place}, or were replaced` };
}

function inserted(line: number): ChainProblem {
  return { line, damage: 'inserted', text: `line ${line} was inserted: the chain goes on without it` };
}

async function lookAround(path: string, { line, expected }: ChainBreak, bytes: number | undefined) {
  const bad = await linkAt(path, line, bytes);
  const around: Surroundings = {
    bad,
    torn: false,
    twin: undefined,
    parent: undefined,
    heir: undefined,
    followed: false,
  };
  const { lines, more } = await scanLines(
    path,
    ({ bytes: text, number }) => {
      if (number === line) return;
      const { hash, prev_hash } = quickLink(text);
      if (bad.readable && hash === bad.hash) around.twin ??= number;
      if (bad.readable && hash === bad.prev_hash) around.parent ??= number;
      if (number < line) return;
      if (prev_hash === expected) around.heir ??= number;
      if (number === line + 1 && bad.readable && prev_hash === bad.hash) around.followed = true;
    },
    bytes === undefined ? {} : { bytes },
  );
  around.torn = more && lines === line;
  return around;
}

async function linkAt(path: string, line: number, bytes: number | undefined): Promise<LinkOfLine> {
  let found: LinkOfLine = { readable: false, why: 'it is gone' };
  await scanLines(
    path,
    ({ bytes: text, number }) => {
      if (number < line) return;
      found = linkOfLine(text);
      return false;
    },
    bytes === undefined ? {} : { bytes },
  );
  return found;
}

/** The hashes a line claims, without a check. */
function quickLink(text: Buffer): { hash: string | undefined; prev_hash: string | undefined } {
  const line = text.toString('latin1');
  return {
    hash: /"hash"\s*:\s*"([0-9a-f]{64})"/.exec(line)?.[1],
    prev_hash: /"prev_hash"\s*:\s*"([0-9a-f]{64})"/.exec(line)?.[1],
  };
}
