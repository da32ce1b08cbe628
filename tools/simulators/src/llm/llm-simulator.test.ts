import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { type LlmSimulator, startLlmSimulator } from './llm-simulator.ts';
import { call } from './testing/raw-client.ts';

let simulator: LlmSimulator;
beforeEach(async () => {
  simulator = await startLlmSimulator();
});
afterEach(() => simulator.close());

async function statuses(count: number): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push((await call(simulator, 'chat')).status);
  return all;
}

describe('script and always', () => {
  test('one fault a request, in order, then what is always, then the usual', async () => {
    simulator.script('openai', [
      { kind: 'status', code: 500 },
      { kind: 'status', code: 501 },
    ]);
    simulator.script('openai', [{ kind: 'status', code: 502 }]);
    simulator.always('openai', { kind: 'status', code: 503 });
    expect(await statuses(5)).toEqual([500, 501, 502, 503, 503]);
    expect((await call(simulator, 'glm')).status).toBe(200);
    simulator.always('openai');
    expect(await statuses(1)).toEqual([200]);
  });

  test('a fault the provider cannot show is refused, and nothing is scripted', async () => {
    expect(() => simulator.script('openai', [{ kind: 'overloaded' }, { kind: 'gluedFrame' }])).toThrow(/only glm/);
    expect(() => simulator.always('gemini', { kind: 'glmCode', code: '1302' })).toThrow(/only glm/);
    expect(await statuses(1)).toEqual([200]);
  });

  test('reset forgets scripts, habits and hits', async () => {
    simulator.script('openai', [{ kind: 'serverError' }]);
    simulator.always('openai', { kind: 'serverError' });
    await call(simulator, 'glm');
    simulator.reset();
    expect([await statuses(2), simulator.hits('glm'), simulator.hitCount('glm')]).toEqual([[200, 200], [], 0]);
  });

  test('a request the provider would not take is refused whatever is scripted', async () => {
    simulator.always('openai', { kind: 'hang' });
    expect((await call(simulator, 'chat', { key: null })).status).toBe(401);
  });
});

describe('hits', () => {
  test('tell path, credentials and body', async () => {
    await call(simulator, 'gemini', { stream: true, key: 'key-1', text: '안녕' });
    await simulator.settled();
    expect(simulator.hits('gemini')).toEqual([
      expect.objectContaining({
        provider: 'gemini',
        method: 'POST',
        path: '/gemini/v1beta/models/m-1:streamGenerateContent?alt=sse',
        headers: expect.objectContaining({ 'x-goog-api-key': 'key-1' }),
        body: expect.objectContaining({ contents: [{ role: 'user', parts: [{ text: '안녕' }] }] }),
        status: 200,
        over: true,
        aborted: false,
      }),
    ]);
    expect([simulator.hitCount('gemini'), simulator.hitCount('openai')]).toEqual([1, 0]);
  });

  test('a client that hangs up in the middle of a stream is seen', async () => {
    simulator.script('openai', [{ kind: 'slowStream', ms: 3_600_000 }]);
    const controller = new AbortController();
    const response = await call(simulator, 'chat', { stream: true, signal: controller.signal });
    expect(response.status).toBe(200);
    controller.abort();
    await simulator.settled();
    expect(simulator.hits('openai')).toMatchObject([{ aborted: true, over: true, status: 200 }]);
  });

  test('many at once are all counted', async () => {
    const answers = Promise.all(Array.from({ length: 50 }, () => call(simulator, 'anthropic')));
    await simulator.arrived('anthropic', 50);
    expect((await answers).every(({ status }) => status === 200)).toBe(true);
    expect(simulator.hitCount('anthropic')).toBe(50);
  });
});

describe('control paths', () => {
  function post(path: string, body: unknown, type = 'application/json'): Promise<Response> {
    return fetch(simulator.url + path, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    });
  }

  test('script, always, hits and reset over HTTP', async () => {
    const faults = [{ kind: 'noMoney' }, { kind: 'slow', ms: 0, then: { kind: 'serverError' } }];
    const scripted = await post('/_script', { provider: 'openai', faults, always: { kind: 'overloaded' } });
    expect([scripted.status, await scripted.json()]).toEqual([200, { provider: 'openai', scripted: 2 }]);
    expect(await statuses(3)).toEqual([429, 500, 503]);
    await post('/_script', { provider: 'openai', always: null });
    expect(await statuses(1)).toEqual([200]);
    const hits = (await (await fetch(`${simulator.url}/_hits?provider=openai`)).json()) as {
      counts: unknown;
      hits: unknown[];
    };
    expect([hits.counts, hits.hits.length]).toEqual([{ openai: 4 }, 4]);
    expect((await post('/_reset', {})).status).toBe(200);
    expect(await (await fetch(`${simulator.url}/_hits`)).json()).toMatchObject({ hits: [] });
  });

  test('credentials are shown as fingerprints', async () => {
    await call(simulator, 'chat', { key: 'sk-secret-key' });
    const text = await (await fetch(`${simulator.url}/_hits`)).text();
    expect(text).not.toContain('sk-secret-key');
    expect(text).toContain(`sha256:${createHash('sha256').update('sk-secret-key').digest('hex').slice(0, 12)}`);
  });

  test.each([
    [{ provider: 'grok', faults: [] }, 'openai-compatible'],
    [{ provider: 'openai', faults: [{ kind: 'nothing' }] }, 'There are: status'],
    [{ provider: 'openai', faults: [{ kind: 'hang' }, { kind: 'slow' }] }, 'slow:500'],
    [{ provider: 'openai', always: { kind: 'gluedFrame' } }, 'only glm'],
    [[], '_script'],
  ])('what is wrong with %j', async (body, words) => {
    const response = await post('/_script', body);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(words)]);
    expect(await statuses(1)).toEqual([200]);
  });

  test('a web page cannot script it without being asked', async () => {
    const response = await post('/_script', { provider: 'openai', always: { kind: 'hang' } }, 'text/plain');
    expect(response.status).toBe(415);
    expect(await statuses(1)).toEqual([200]);
  });

  test('an unknown path tells the known ones', async () => {
    const response = await fetch(`${simulator.url}/v1/chat/completions`);
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('/_script')]);
    expect(await (await fetch(simulator.url)).json()).toMatchObject({ bases: simulator.bases });
  });
});

describe('start and stop', () => {
  test('only the providers asked for, on a port that must be free', async () => {
    const one = await startLlmSimulator({ providers: ['glm'] });
    expect((await call(one, 'glm')).status).toBe(200);
    expect((await call(one, 'chat')).status).toBe(404);
    await expect(startLlmSimulator({ port: one.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await one.close();
    await expect(call(one, 'glm')).rejects.toThrow();
  });

  test('delayMs is waited before every answer', async () => {
    const waits: number[] = [];
    const slow = await startLlmSimulator({ delayMs: 250, wait: async (milliseconds) => void waits.push(milliseconds) });
    await call(slow, 'chat');
    await call(slow, 'glm');
    expect(waits).toEqual([250, 250]);
    await slow.close();
  });

  test('close cuts what hangs', async () => {
    const other = await startLlmSimulator();
    other.always('openai', { kind: 'hang' });
    const answer = call(other, 'chat');
    await other.arrived('openai', 1);
    await Promise.all([expect(answer).rejects.toThrow(), other.close()]);
  });

  test('connections are kept alive', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const reused: boolean[] = [];
    for (let index = 0; index < 2; index += 1) {
      await new Promise<void>((resolve, reject) => {
        const sent = request(
          `${simulator.url}/openai/v1/models`,
          { agent, headers: { authorization: 'Bearer k' } },
          (response) => {
            reused.push(sent.reusedSocket);
            response.resume().on('end', resolve);
          },
        );
        sent.on('error', reject).end();
      });
    }
    agent.destroy();
    expect(reused).toEqual([false, true]);
  });
});
