/** An entry of a stream that is to be sealed. `ts` in ms since 1970; `nano` is its amount, 0 for what costs nothing. */
export type SealableEntry = {
  stream: string;
  id: string;
  record: Record<string, unknown>;
  ts: number;
  nano: bigint;
};

/** Where the records of a chain come from: streams of Redis, whose ids ascend with the time of the server. */
export type RecordSource = {
  /** The streams there are, in the order in which entries with equal ids are sealed. A stream is never taken away. */
  streams: () => Promise<string[]>;
  /** The entries behind an id, oldest first, in bounded memory. */
  after: (stream: string, id: string | undefined) => AsyncIterable<SealableEntry>;
  /** How many entries were ever taken out of a stream, sealed or not; undefined = not known. */
  removed: (stream: string) => Promise<number | undefined>;
  /** Takes away the entries up to that id; answers how many. Only for what is sealed, closed and verified. */
  trim: (stream: string, id: string) => Promise<number>;
};

/** What is new in all streams, in the order of the server's time. */
export async function* newEntries(
  source: RecordSource,
  cursors: Readonly<Record<string, string>>,
): AsyncGenerator<SealableEntry> {
  const open: { entry: SealableEntry; rest: AsyncIterator<SealableEntry> }[] = [];
  try {
    for (const stream of await source.streams()) {
      const rest = source.after(stream, cursors[stream])[Symbol.asyncIterator]();
      const first = await rest.next();
      if (first.done !== true) open.push({ entry: first.value, rest });
    }
    for (;;) {
      const [start, ...others] = open;
      if (start === undefined) return;
      const least = others.reduce((a, b) => (compareIds(b.entry.id, a.entry.id) < 0 ? b : a), start);
      yield least.entry;
      const next = await least.rest.next();
      if (next.done === true) open.splice(open.indexOf(least), 1);
      else least.entry = next.value;
    }
  } finally {
    for (const { rest } of open) await rest.return?.();
  }
}

/** Below 0 when the entry `a` was written before `b`. */
export function compareIds(a: string, b: string): number {
  const [first, second] = [parts(a), parts(b)];
  return first.ms - second.ms || first.number - second.number;
}

/** When an entry was written: the server's time in ms since 1970. */
export function timeOf(id: string): number {
  return parts(id).ms;
}

function parts(id: string): { ms: number; number: number } {
  const [ms = '', number = '0'] = id.split('-');
  return { ms: Number(ms), number: Number(number) };
}
