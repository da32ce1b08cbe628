/** One server-sent event: its id for resuming, its name, and its data lines joined. */
export type ServerSentEvent = { id: string; event: string; data: string };

/**
 * Reads server-sent events from a response body (WHATWG, "event stream interpretation"). Comments and empty events are
 * passed over. Ends with the body; a cut connection is an error of the body.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let buffered = '';
  let lastId = '';
  for await (const chunk of body) {
    buffered += decoder.decode(chunk, { stream: true });
    const frames = buffered.split(/\r\n\r\n|\n\n|\r\r/);
    buffered = frames.pop() ?? '';
    for (const frame of frames) {
      const event = parseFrame(frame, lastId);
      lastId = event.id;
      if (event.data !== '') yield event;
    }
  }
}

function parseFrame(frame: string, lastId: string): ServerSentEvent {
  const event: ServerSentEvent = { id: lastId, event: 'message', data: '' };
  const data: string[] = [];
  for (const line of frame.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    if (field === 'event') event.event = value;
    if (field === 'id') event.id = value;
  }
  event.data = data.join('\n');
  return event;
}
