/** One server-sent event: its data lines joined by line feeds. Names, ids and comments are dropped: no provider needs them. */
export type SseParser = {
  /** Takes the next piece of the stream, cut anywhere, and returns the data of the events it completed. */
  push(text: string): string[];
  /** The end of the stream: the data of a last event that was not followed by an empty line. */
  end(): string[];
};

/**
 * Reads `text/event-stream` (WHATWG HTML, 9.2.6): LF, CR and CRLF, comments, several data lines, a byte order mark.
 * Unlike a browser it also returns a last event without its empty line: some servers close right behind it.
 */
export function createSseParser(): SseParser {
  let rest = '';
  /** Characters of `rest` known to hold no line end: a long line in many pieces is searched once. */
  let searched = 0;
  let data: string[] = [];
  let started = false;

  function line(text: string, events: string[]): void {
    if (text === '') return flush(events);
    if (!text.startsWith('data')) return;
    if (text.length === 4) data.push('');
    else if (text[4] === ':') data.push(text.slice(text[5] === ' ' ? 6 : 5));
  }

  function flush(events: string[]): void {
    if (data.length > 0) events.push(data.length === 1 ? (data[0] ?? '') : data.join('\n'));
    data = [];
  }

  function push(text: string): string[] {
    const events: string[] = [];
    rest += text;
    if (!started && rest !== '') {
      started = true;
      if (rest.startsWith('\uFEFF')) rest = rest.slice(1);
    }
    let from = 0;
    for (;;) {
      const end = endOfLine(rest, Math.max(from, searched));
      if (end === undefined) break;
      line(rest.slice(from, end.at), events);
      from = end.next;
    }
    rest = rest.slice(from);
    searched = rest.endsWith('\r') ? rest.length - 1 : rest.length;
    return events;
  }

  function end(): string[] {
    const events = push(rest.endsWith('\r') ? '\n' : '');
    if (rest !== '') line(rest, events);
    rest = '';
    flush(events);
    return events;
  }

  return { push, end };
}

/** The next line end; undefined when the line may go on, also behind a CR that may be half of a CRLF. */
function endOfLine(text: string, from: number): { at: number; next: number } | undefined {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10) return { at, next: at + 1 };
    if (code !== 13) continue;
    if (at + 1 === text.length) return undefined;
    return { at, next: text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1 };
  }
  return undefined;
}
