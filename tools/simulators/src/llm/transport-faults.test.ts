import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import type { Fault } from './fault.ts';
import { type LlmSimulator, startLlmSimulator } from './llm-simulator.ts';
import { call, type DoorName, DOORS, PROVIDER_OF } from './testing/raw-client.ts';
import { eventsOf, readBody, readStream } from './testing/read-answer.ts';

const waits: number[] = [];
let simulator: LlmSimulator;
beforeAll(async () => {
  simulator = await startLlmSimulator({ wait: async (milliseconds) => void waits.push(milliseconds) });
});
beforeEach(() => {
  simulator.reset();
  waits.length = 0;
});
afterAll(() => simulator.close());

const text = '질문: what happens on the way? 🙂';

function faulty(door: DoorName, fault: Fault, stream: boolean): Promise<Response> {
  simulator.script(PROVIDER_OF[door], [fault]);
  return call(simulator, door, { text, stream });
}

/** What arrives before the connection breaks. */
async function received(response: Response): Promise<{ text: string; failed: boolean }> {
  const decoder = new TextDecoder();
  let all = '';
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>)
      all += decoder.decode(chunk, { stream: true });
    return { text: all, failed: false };
  } catch {
    return { text: all, failed: true };
  }
}

describe.each(DOORS)('%s', (door) => {
  describe('without a stream', () => {
    test('html200', async () => {
      const response = await faulty(door, { kind: 'html200' }, false);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
      expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
    });

    test('errorIn200, with any error', async () => {
      const overloaded = await faulty(door, { kind: 'errorIn200' }, false);
      expect(overloaded.status).toBe(200);
      expect(await overloaded.json()).toMatchObject({ error: expect.anything() });
      const poor = await faulty(door, { kind: 'errorIn200', error: { kind: 'noMoney' } }, false);
      expect(await poor.json()).toMatchObject({ error: { message: expect.any(String) } });
    });

    test('brokenJson is complete, but no JSON', async () => {
      const response = await faulty(door, { kind: 'brokenJson' }, false);
      expect(response.headers.get('content-type')).toBe('application/json');
      await expect(response.json()).rejects.toThrow(/JSON/);
    });

    test.each([{ kind: 'cutSocketMidBody' }, { kind: 'cutStreamAfter', events: 2 }] as const)('%j', async (fault) => {
      const response = await faulty(door, fault, false);
      const { text: part, failed } = await received(response);
      expect(failed).toBe(true);
      expect(part.length).toBeLessThan(Number(response.headers.get('content-length')));
      await simulator.settled();
      expect(simulator.hits(PROVIDER_OF[door])).toMatchObject([{ status: 200, over: true, aborted: false }]);
    });

    test('cleanEofWithoutMarker ends in order in the middle', async () => {
      const { text: part, failed } = await received(await faulty(door, { kind: 'cleanEofWithoutMarker' }, false));
      expect(failed).toBe(false);
      expect(() => JSON.parse(part) as unknown).toThrow();
    });
  });

  describe('in a stream', () => {
    test('html200', async () => {
      const response = await faulty(door, { kind: 'html200' }, true);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
    });

    test('errorIn200 comes before any text, and nothing after it', async () => {
      const response = await faulty(door, { kind: 'errorIn200' }, true);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/event-stream; charset=utf-8',
      ]);
      const events = eventsOf(await response.text());
      const errors = events.filter(({ data }) => 'error' in data || data['type'] === 'error');
      expect(errors).not.toEqual([]);
      expect(JSON.stringify(events)).not.toContain('Simulated answer');
    });

    test('errorAfterFirstEvent: after as many events as wanted', async () => {
      for (const events of [1, 5]) {
        const body = await (
          await faulty(door, { kind: 'errorAfterFirstEvent', events, error: { kind: 'noMoney' } }, true)
        ).text();
        const seen = eventsOf(body);
        expect(seen.findIndex(({ data }) => data['type'] === 'error' || 'error' in data)).toBe(events);
        expect(
          readStream(
            door,
            seen
              .slice(0, events)
              .map(({ data }) => `data: ${JSON.stringify(data)}`)
              .join('\n\n'),
          ).marker,
        ).toBe(false);
      }
    });

    test('brokenJson: one event is no JSON, the rest is as usual', async () => {
      const events = eventsOf(await (await faulty(door, { kind: 'brokenJson' }, true)).text());
      expect(events.filter(({ data }) => typeof data === 'string' && String(data) !== '[DONE]')).toHaveLength(1);
    });

    test.each([0, 1, 4])('cutStreamAfter %d events', async (events) => {
      const { text: part, failed } = await received(await faulty(door, { kind: 'cutStreamAfter', events }, true));
      expect(failed).toBe(true);
      expect(eventsOf(part)).toHaveLength(events);
    });

    test('cutSocketMidBody leaves a part of an event', async () => {
      const { text: part, failed } = await received(await faulty(door, { kind: 'cutSocketMidBody' }, true));
      expect(failed).toBe(true);
      expect(part).not.toMatch(/\n$/);
    });

    test('cleanEofWithoutMarker ends in order, with text missing', async () => {
      const { text: part, failed } = await received(await faulty(door, { kind: 'cleanEofWithoutMarker' }, true));
      expect(failed).toBe(false);
      const read = readStream(door, part);
      expect(read.marker).toBe(false);
      if (door !== 'responses' && door !== 'anthropic') expect(read.text).not.toContain('🙂');
    });

    test('pingFlood changes nothing for a client that knows pings', async () => {
      const body = await (await faulty(door, { kind: 'pingFlood', count: 300 }, true)).text();
      expect(readStream(door, body).text).toContain(text);
      expect(body.match(/^(: keep-alive|event: ping)/gmu)?.length).toBeGreaterThanOrEqual(300);
    });

    test('slowStream waits before every event', async () => {
      const events = eventsOf(await (await faulty(door, { kind: 'slowStream', ms: 7 }, true)).text());
      expect(waits).toEqual(events.map(() => 7));
    });
  });

  test.each([false, true])('dribble: the usual in small packets (stream: %j)', async (stream) => {
    const response = await faulty(door, { kind: 'dribble' }, stream);
    const body = await response.text();
    expect((stream ? readStream(door, body) : readBody(door, JSON.parse(body))).text).toContain(text);
  });

  test('slow waits, then does what is told', async () => {
    expect((await faulty(door, { kind: 'slow', ms: 1_500 }, false)).status).toBe(200);
    expect((await faulty(door, { kind: 'slow', ms: 20, then: { kind: 'status', code: 500 } }, false)).status).toBe(500);
    expect(waits).toEqual([1_500, 20]);
  });

  test.each([{ kind: 'hang' }, { kind: 'hangStreamAfter', events: 2 }] as const)(
    '%j stays open until the client hangs up',
    async (fault) => {
      const provider = PROVIDER_OF[door];
      const controller = new AbortController();
      simulator.script(provider, [fault]);
      const answer = call(simulator, door, { stream: true, signal: controller.signal });
      await simulator.arrived(provider, 1);
      expect(simulator.hits(provider)).toMatchObject([{ over: false, aborted: false }]);
      const reading = answer.then((response) => received(response));
      if (fault.kind === 'hangStreamAfter') {
        const response = await answer.then((one) => one);
        expect(response.status).toBe(200);
      }
      controller.abort();
      await reading.catch(() => undefined);
      await simulator.settled();
      expect(simulator.hits(provider)).toMatchObject([
        { over: true, aborted: true, status: fault.kind === 'hang' ? undefined : 200 },
      ]);
    },
  );
});

test('responses: an error event comes after response.created, and a failed response after it', async () => {
  const fault = { kind: 'errorIn200', error: { kind: 'noMoney' } } as const;
  const events = eventsOf(await (await faulty('responses', fault, true)).text());
  expect(events.map(({ event }) => event)).toEqual([
    'response.created',
    'response.in_progress',
    'error',
    'response.failed',
  ]);
  expect(events.at(-2)?.data).toMatchObject({ code: 'insufficient_quota' });
  expect(events.at(-1)?.data).toMatchObject({
    response: { status: 'failed', error: { code: 'insufficient_quota' }, output: [] },
  });
});

test('anthropic: an error in a stream is an event of that name', async () => {
  const events = eventsOf(await (await faulty('anthropic', { kind: 'errorAfterFirstEvent' }, true)).text());
  expect(events).toMatchObject([
    { event: 'message_start' },
    { event: 'error', data: { error: { type: 'overloaded_error' } } },
  ]);
});

test('dribble: no packet has more than 7 bytes of the body', async () => {
  simulator.script('glm', [{ kind: 'dribble' }]);
  const body = JSON.stringify({ model: 'm-1', messages: [{ role: 'user', content: text }], stream: true });
  const head = ['POST /glm/api/paas/v4/chat/completions HTTP/1.1', 'host: localhost', 'authorization: Bearer k'];
  const socket = connect(simulator.port, '127.0.0.1');
  socket.write([...head, `content-length: ${Buffer.byteLength(body)}`, 'connection: close', '', body].join('\r\n'));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks).toString('latin1');
  const sizes = [...raw.matchAll(/\r\n([\da-f]+)\r\n/gu)].map(([, size]) => Number.parseInt(size ?? '', 16));
  expect(sizes.length).toBeGreaterThan(50);
  expect(Math.max(...sizes)).toBe(7);
});

test('glm: an event cut and glued to the next one', async () => {
  const body = await (await faulty('glm', { kind: 'gluedFrame' }, true)).text();
  expect(body).toMatch(/[^\n]data: \{/);
  expect(body).toMatch(/data: \[DONE\]\n\n$/);
  expect(readStream('glm', await (await call(simulator, 'glm', { text, stream: true })).text()).text).toContain(text);
});

test('gemini: an array that is cut, and one that never closes', async () => {
  const path = `${simulator.bases.gemini}/models/m-1:streamGenerateContent`;
  const request = {
    method: 'POST',
    headers: { 'x-goog-api-key': 'k' },
    body: JSON.stringify({ contents: [{ parts: [{ text }] }] }),
  };
  simulator.script('gemini', [{ kind: 'cleanEofWithoutMarker' }, { kind: 'errorAfterFirstEvent' }]);
  await expect((await fetch(path, request)).json()).rejects.toThrow(/JSON/);
  expect(await (await fetch(path, request)).json()).toMatchObject([
    { candidates: expect.anything() },
    { error: { code: 503 } },
  ]);
});
