/** Ends a text at the first of some stop sequences, which itself is left out, as providers do it. Lives for one answer. */
export type StopCutter = {
  /** Takes the next piece and returns what may be passed on: an end that may begin a stop sequence is held back. */
  push(text: string): string;
  /** The text is over: returns what was held back. */
  end(): string;
  /** True when a stop sequence was met: everything behind it is dropped. */
  met(): boolean;
};

export function createStopCutter(sequences: readonly string[]): StopCutter {
  const stops = sequences.filter((sequence) => sequence !== '');
  const longest = Math.max(0, ...stops.map((stop) => stop.length));
  let held = '';
  let met = false;

  function push(text: string): string {
    if (met) return '';
    if (longest === 0) return text;
    held += text;
    const begun = held.length - openEnd(held, stops);
    const at = firstOf(held, stops);
    // A longer sequence that began earlier may still come true.
    if (at < 0 || begun < at) return take(begun);
    return cut(at);
  }

  function end(): string {
    const at = firstOf(held, stops);
    return at < 0 ? take(held.length) : cut(at);
  }

  function cut(at: number): string {
    met = true;
    return take(at);
  }

  function take(length: number): string {
    const ready = held.slice(0, length);
    held = met ? '' : held.slice(length);
    return ready;
  }

  return { push, end, met: () => met };
}

function firstOf(text: string, stops: readonly string[]): number {
  let first = -1;
  for (const stop of stops) {
    const at = text.indexOf(stop);
    if (at >= 0 && (first < 0 || at < first)) first = at;
  }
  return first;
}

/** Length of the longest end of the text that is the beginning of a stop sequence. */
function openEnd(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length -= 1)
      if (text.endsWith(stop.slice(0, length))) longest = length;
  }
  return longest;
}
