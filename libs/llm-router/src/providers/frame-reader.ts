import { isJsonObject, parseJson, type JsonObject } from './json-value.ts';

/**
 * Makes objects of the data of stream events and mends what some hosts break: two events glued into one line
 * (`{…}data: {…}`), and one event cut in two. A frame that cannot be mended is not dropped in silence: `lost` tells.
 */
export type FrameReader = {
  read(data: string): JsonObject[];
  /** True as soon as a piece of the stream is certainly missing: the text is not complete. */
  lost(): boolean;
  /** The stream is over: an event that still waits for its other half is lost. */
  end(): void;
};

/** More than any event that was cut in two. */
const MOST_KEPT = 1024 * 1024;

export function createFrameReader(): FrameReader {
  let broken = '';
  let lost = false;

  function read(data: string): JsonObject[] {
    const whole = parseJson(data);
    if (isJsonObject(whole)) return keep([whole]);
    if (data.trim() === '' || data.trim() === '[DONE]') return [];
    const mended = broken === '' ? undefined : parseJson(broken + data);
    if (isJsonObject(mended)) {
      broken = '';
      return [mended];
    }
    const glued = piecesOf(data);
    if (glued.length > 1) return glued.flatMap(read);
    broken = (broken + data).slice(0, MOST_KEPT);
    return [];
  }

  /** A whole event behind a broken one: the rest of that one will not come any more. */
  function keep(frames: JsonObject[]): JsonObject[] {
    if (broken !== '') lost = true;
    broken = '';
    return frames;
  }

  function end(): void {
    if (broken !== '') lost = true;
  }

  return { read, lost: () => lost, end };
}

/** The events of a glued line. `data:` inside a text of an event is quoted or escaped, so a brace follows only a real one. */
function piecesOf(data: string): string[] {
  return data.split(/data:\s*(?=\{|\[DONE\])/).filter((piece) => piece.trim() !== '');
}
