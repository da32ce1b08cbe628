import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LlmSimulator, startLlmSimulator } from '@nexus/simulators';
import { askGateway, MODELS } from './ask-gateway.ts';
import { parityCases } from './parity-cases.ts';

let provider: LlmSimulator;
beforeAll(async () => {
  provider = await startLlmSimulator();
});
beforeEach(() => provider.reset());
afterAll(() => provider.close());

/** No gateway between: what is wrong with the provider has to be seen. */
function ask(stream: boolean, model: string = MODELS.A) {
  const url = `${provider.bases.openai}/chat/completions`;
  return askGateway({ url, headers: { authorization: 'Bearer key' }, model, stream });
}

describe('what a caller sees of a chat completion', () => {
  it.each([false, true])('knows whose whole answer it is, with usage (stream %s)', async (stream) => {
    expect(await ask(stream)).toEqual({
      status: 200,
      by: 'A',
      failed: false,
      complete: true,
      tokens: expect.any(Number),
    });
    expect(await ask(stream, MODELS.B)).toMatchObject({ by: 'B', complete: true });
  });

  it('never asks the same twice', async () => {
    await ask(false);
    await ask(false);
    const [first, second] = provider.hits('openai').map(({ body }) => JSON.stringify(body));
    expect(first).not.toBe(second);
  });

  it('tells an error status from a 200 without an answer', async () => {
    provider.script('openai', [{ kind: 'serverError' }, { kind: 'errorIn200' }, { kind: 'html200' }]);
    expect(await ask(false)).toMatchObject({ status: 500, by: undefined, failed: true });
    expect(await ask(false)).toMatchObject({ status: 200, by: undefined, failed: false, complete: false });
    expect(await ask(false)).toMatchObject({ status: 200, by: undefined, failed: false, complete: false });
  });

  it('tells a stream that says it failed, one that breaks, and one that just stops', async () => {
    provider.script('openai', [
      { kind: 'errorAfterFirstEvent', events: 6 },
      { kind: 'cutStreamAfter', events: 6 },
      { kind: 'cleanEofWithoutMarker' },
    ]);
    expect(await ask(true)).toMatchObject({ by: 'A', failed: true, complete: false });
    expect(await ask(true)).toMatchObject({ by: 'A', failed: true, complete: false });
    expect(await ask(true)).toMatchObject({ by: 'A', failed: false, complete: false });
  });

  it('has no tokens where there is no usage', async () => {
    provider.always('openai', { kind: 'noUsage' });
    expect((await ask(false)).tokens).toBeUndefined();
    expect((await ask(true)).tokens).toBeUndefined();
  });

  it('survives a gateway that is not there', async () => {
    const answer = await askGateway({ url: 'http://127.0.0.1:1/', headers: {}, model: MODELS.A, stream: false });
    expect(answer).toMatchObject({ status: 0, failed: true });
  });
});

describe('the cases', () => {
  it('are each met neither by silence nor by a caller who gets nothing', () => {
    const nothing = { status: 200, by: undefined, failed: false, complete: false, tokens: undefined };
    const silence = { status: 200, by: 'A' as const, failed: false, complete: false, tokens: undefined };
    for (const answer of [nothing, silence]) {
      const passed = parityCases.filter(({ passes }) => passes({ answers: [answer], hits: { a: 1, b: 1 } }));
      expect(passed.map(({ name }) => name)).toEqual([]);
    }
  });

  it('have names of their own', () => {
    expect(new Set(parityCases.map(({ name }) => name)).size).toBe(parityCases.length);
  });
});
