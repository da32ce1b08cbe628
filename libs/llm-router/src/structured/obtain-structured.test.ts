import { describe, expect, test } from '@jest/globals';
import type { ModelMessage } from '../model.ts';
import { compileSchema } from './compile-schema.ts';
import { obtainStructured, type ReadableAnswer } from './obtain-structured.ts';

const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };
const good = '{"n":1}';
const invalid = '{"n":"x"}';
const broken = 'no JSON here';

type Scripted = ReadableAnswer & { provider: string };

function answerOf(text: string, finish: ReadableAnswer['finish'] = 'stop', provider = 'first'): Scripted {
  return { text, finish, provider };
}

async function obtain(first: Scripted, repairs: (Scripted | Error)[] = [], allowRepair = true) {
  const asked: { messages: ModelMessage[]; purpose: string }[] = [];
  const compiled = compileSchema(schema);
  if (!compiled.ok) throw new Error('unusable');
  const result = await obtainStructured({
    answer: first,
    schema,
    validate: compiled.validate,
    allowRepair,
    call: async (messages, purpose) => {
      const next = repairs[asked.push({ messages, purpose }) - 1];
      if (next === undefined) throw new Error('asked too often');
      if (next instanceof Error) throw next;
      return next;
    },
  });
  return {
    result,
    asked: asked.map(({ messages }) => messages[1]?.content ?? ''),
    purposes: asked.map(({ purpose }) => purpose),
  };
}

const second = answerOf(good, 'stop', 'second');

describe('without a call', () => {
  test('a right answer is taken as it is', async () => {
    const { result } = await obtain(answerOf(good));
    expect(result).toEqual({
      ok: true,
      data: { n: 1 },
      repaired: false,
      repairs: [],
      calls: 0,
      latest: answerOf(good),
    });
  });

  test('what is mended here is said to be repaired, by nobody', async () => {
    const { result } = await obtain(answerOf(`\`\`\`json\n${good}\n\`\`\``));
    expect(result).toMatchObject({ ok: true, repaired: true, repairs: ['fence'], calls: 0 });
  });

  test.each([
    ['a wrong answer', invalid, 'SCHEMA_VALIDATION_ERROR'],
    ['no JSON', broken, 'SCHEMA_PARSE_ERROR'],
    ['a fence, because strict is strict', `\`\`\`json\n${good}\n\`\`\``, 'SCHEMA_PARSE_ERROR'],
    ['both: form before content', '{"n":"x",}', 'SCHEMA_PARSE_ERROR'],
  ])('repair not allowed: %s is its own failure', async (_name, text, code) => {
    const { result } = await obtain(answerOf(text), [], false);
    expect(result).toMatchObject({ ok: false, code, calls: 0 });
  });

  test.each([true, false])('a cut-off answer is never repaired (allowed: %s)', async (allowRepair) => {
    for (const text of ['{"n":1', good, `\`\`\`json\n${good}`]) {
      const { result } = await obtain(answerOf(text, 'length'), [second], allowRepair);
      expect(result).toMatchObject({
        ok: false,
        code: 'SCHEMA_PARSE_ERROR',
        message: expect.stringContaining('cut off'),
        calls: 0,
      });
    }
  });
});

describe('with calls', () => {
  test('no JSON: about the form, with schema, error and text', async () => {
    const { result, asked, purposes } = await obtain(answerOf(broken), [second]);
    expect(result).toEqual({ ok: true, data: { n: 1 }, repaired: true, repairs: [], calls: 1, latest: second });
    expect(purposes).toEqual(['schema_repair']);
    for (const part of ['cannot be read', JSON.stringify(schema), 'is not one JSON object', broken])
      expect(asked[0]).toContain(part);
  });

  test('wrong JSON: about the errors', async () => {
    const { result, asked } = await obtain(answerOf(invalid), [second]);
    expect(result).toMatchObject({ ok: true, repaired: true, calls: 1 });
    for (const part of ['does not meet its schema', '/n: must be integer', invalid]) expect(asked[0]).toContain(part);
  });

  test('the second call is about the errors of the latest text', async () => {
    const { result, asked } = await obtain(answerOf(broken), [answerOf('{"n":"y"}'), second]);
    expect(result).toMatchObject({ ok: true, calls: 2, latest: { provider: 'second' } });
    expect(asked[1]).toContain('does not meet its schema');
    expect(asked[1]).toContain('{"n":"y"}');
    expect(asked[1]).not.toContain(broken);
  });

  test('the second call is about the errors even when the first repair broke the form', async () => {
    const { asked } = await obtain(answerOf(invalid), [answerOf(broken), second]);
    expect(asked[1]).toContain('does not meet its schema');
    expect(asked[1]).toContain('is not one JSON object');
  });

  test('two calls and no more', async () => {
    const { result, asked } = await obtain(answerOf(broken), [answerOf(invalid), answerOf('{"n":[]}')]);
    expect(asked).toHaveLength(2);
    expect(result).toMatchObject({
      ok: false,
      code: 'SCHEMA_REPAIR_FAILED',
      message: expect.stringContaining('/n: must be integer'),
      calls: 2,
      latest: { text: '{"n":[]}' },
    });
  });

  test('a repair may be mended here', async () => {
    const { result } = await obtain(answerOf(broken), [answerOf(`Sure: ${good}`)]);
    expect(result).toMatchObject({ ok: true, calls: 1, repairs: ['surrounding_text'] });
  });

  test('a cut-off repair ends it', async () => {
    const { result, asked } = await obtain(answerOf(broken), [answerOf(good, 'length'), second]);
    expect(asked).toHaveLength(1);
    expect(result).toMatchObject({
      ok: false,
      code: 'SCHEMA_REPAIR_FAILED',
      message: expect.stringContaining('cut off'),
      calls: 1,
    });
  });

  test('an outage during a repair comes out as it is', async () => {
    const outage = new Error('no provider');
    await expect(obtain(answerOf(broken), [outage])).rejects.toBe(outage);
  });
});

test('at most five errors are told', async () => {
  const many = { answer: answerOf('{}'), schema, allowRepair: false, call: async () => second };
  const result = await obtainStructured({ ...many, validate: () => ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'] });
  expect(result).toMatchObject({ ok: false, message: 'The answer does not meet its schema: a1; a2; a3; a4; a5' });
});
