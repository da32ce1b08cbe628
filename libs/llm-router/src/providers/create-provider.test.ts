import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelEvent, ModelRequest } from '../model.ts';
import { createTransport, type Transport } from '../transport/transport.ts';
import { createProvider } from './create-provider.ts';
import { glmDialect } from './glm.ts';
import { openaiCompatibleDialect } from './openai-compatible.ts';

const request: ModelRequest = { model: 'm', messages: [{ role: 'user', content: '안녕' }], max_tokens: 9 };
const message = {
  content: 'whole',
  tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }],
};

describe('a provider', () => {
  let server: Server;
  let transport: Transport;
  let origin: string;
  let answer = '';
  let type = 'application/json';
  const paths: string[] = [];

  beforeAll(async () => {
    server = createServer((incoming, response) => {
      paths.push(incoming.url ?? '');
      response.writeHead(200, { 'content-type': type }).end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    transport = createTransport({ connections: 2 });
  });
  afterAll(async () => {
    await transport.close();
    await new Promise((resolve) => server.close(resolve));
  });

  function compatible() {
    return createProvider(openaiCompatibleDialect(origin), { transport, now: Date.now });
  }

  async function streamed(stop?: string[]): Promise<ModelEvent[]> {
    const events: ModelEvent[] = [];
    const context = { key: '', signal: new AbortController().signal };
    for await (const event of compatible().stream({ ...request, stop }, context)) events.push(event);
    return events;
  }

  test('that ignores `stream` is read as a stream of one piece', async () => {
    answer = JSON.stringify({ choices: [{ message, finish_reason: 'tool_calls' }] });
    const events = await streamed();
    expect(events.map((event) => event.type)).toEqual(['text', 'tool_call', 'end']);
    expect(events.at(-1)).toMatchObject({ answer: { text: 'whole', finish: 'tool_calls', usage: undefined } });
  });

  test('that leaves out [DONE], pads with empty data and ends without an empty line is understood', async () => {
    type = 'text/event-stream';
    const chunk = (delta: object, finish: string | null) =>
      `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}`;
    answer = [chunk({ content: '한' }, null), 'data: ', chunk({ content: '글 END more' }, 'length')].join('\n\n');
    const events = await streamed();
    expect(events.at(-1)).toMatchObject({ answer: { text: '한글 END more', finish: 'length' } });
    const cut = await streamed(['a', 'b', 'c', 'd', ' END']);
    expect(cut.filter(({ type: kind }) => kind === 'text')).toEqual([
      { type: 'text', text: '한' },
      { type: 'text', text: '글' },
    ]);
    expect(cut.at(-1)).toMatchObject({ answer: { text: '한글', finish: 'stop' } });
    type = 'application/json';
  });

  test('whose base is the full URL is called there', async () => {
    answer = JSON.stringify({ choices: [{ message, finish_reason: 'stop' }] });
    for (const base of ['/api/paas/v4', '/api/paas/v4/', '/api/paas/v4/chat/completions']) {
      const provider = createProvider(glmDialect(origin + base), { transport, now: Date.now });
      await provider.generate(request, { key: 'k', signal: new AbortController().signal });
      expect(paths.at(-1)).toBe('/api/paas/v4/chat/completions');
    }
  });

  test.each([
    ['AbortSignal.timeout', new DOMException('late', 'TimeoutError'), 'timeout'],
    ['timeout', 'timeout', 'timeout'],
    ['nothing said', undefined, 'cancelled'],
    ['caller', 'caller', 'cancelled'],
  ])('ended by %s', async (_title, reason, kind) => {
    const call = compatible().generate(request, { key: '', signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toMatchObject({ llm: { kind, billed: { state: 'no' }, status: 0 } });
  });
});
