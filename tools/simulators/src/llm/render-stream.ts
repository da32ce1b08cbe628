import type { Fault } from './fault.ts';
import type { Door, StreamEvent } from './provider-wire.ts';

/** The events of a stream as texts to write one after another; joined they are the body. */
export function renderStream(events: readonly StreamEvent[], door: Door, fault?: Fault): string[] {
  const shown = fault?.kind === 'cleanEofWithoutMarker' ? withoutMarker(events) : events;
  const frames = shown.map((event, index) => (door.framing === 'array' ? element(event, index) : frame(event, door)));
  if (door.framing === 'array' && shown === events) frames.push(']');
  const firstText = Math.max(
    0,
    shown.findIndex(({ part }) => part !== 'start'),
  );
  switch (fault?.kind) {
    case 'brokenJson':
      return frames.with(firstText, broken(frames[firstText] ?? '', door));
    case 'gluedFrame':
      return glued(frames, firstText);
    case 'pingFlood': {
      const pings = new Array<string>(fault.count ?? 500).fill(pingOf(door));
      return firstText === 0 && door.framing === 'array' ? frames : frames.toSpliced(firstText, 0, ...pings);
    }
    default:
      return frames;
  }
}

/** One server-sent event. */
function frame({ name, data }: StreamEvent, { newline }: Pick<Door, 'newline'>): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${name === undefined ? '' : `event: ${name}${newline}`}data: ${text}${newline}${newline}`;
}

function element({ data }: StreamEvent, index: number): string {
  return `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(data)}`;
}

function withoutMarker(events: readonly StreamEvent[]): StreamEvent[] {
  const shown = events.filter(({ part }) => part !== 'end');
  return shown.slice(
    0,
    Math.max(
      1,
      shown.findLastIndex(({ part }) => part === 'text'),
    ),
  );
}

/** The first half of an event's JSON, framed as if it were whole. */
function broken(text: string, { framing, newline }: Door): string {
  const half = text.slice(0, Math.floor(text.length / 2));
  return framing === 'array' ? half : half + newline + newline;
}

/** The line end of one event is lost with the end of its JSON: the next `data:` follows in the same line. */
function glued(frames: readonly string[], at: number): string[] {
  const cut = frames[at] ?? '';
  return [...frames.slice(0, at), cut.slice(0, Math.floor(cut.length / 2)), ...frames.slice(at + 1)];
}

function pingOf({ ping, newline }: Door): string {
  return ping === undefined ? `: keep-alive${newline}${newline}` : frame(ping, { newline });
}
