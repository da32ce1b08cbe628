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
/** More events than were ever seen in one line. */
const MOST_SEAMS = 64;

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
    const { frames, rest } = unglued(data);
    const kept = frames.length > 0 ? keep(frames) : [];
    broken = (broken + rest).slice(0, MOST_KEPT);
    return kept;
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

/**
 * The whole events a glued line begins with, and what is left of it. A text inside an event may look like the seam of two:
 * only a place where everything before it is a whole event is one.
 */
function unglued(data: string): { frames: JsonObject[]; rest: string } {
  const frames: JsonObject[] = [];
  let rest = data;
  let tried = 0;
  for (const seam of data.matchAll(/data:\s*/g)) {
    // A line full of seams is no stream of events.
    if ((tried += 1) > MOST_SEAMS) break;
    const begin = data.length - rest.length;
    const frame = parseJson(data.slice(begin, seam.index));
    if (!isJsonObject(frame)) continue;
    frames.push(frame);
    rest = data.slice(seam.index + seam[0].length);
  }
  const last = parseJson(rest);
  if (isJsonObject(last)) return { frames: [...frames, last], rest: '' };
  return { frames, rest: rest.trim() === '[DONE]' ? '' : rest };
}
