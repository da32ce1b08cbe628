import { describe, expect, test } from '@jest/globals';
import { anthropicSchema } from './anthropic-schema.ts';
import { geminiSchema } from './gemini-schema.ts';
import { allowsStrict, schemaName } from './openai-schema.ts';

const draft07 = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    // A property may have the name of a keyword.
    pattern: { type: 'string', minLength: 1, pattern: '^a' },
    kind: { const: 'letter' },
    child: { $ref: '#/definitions/child', description: 'beside a reference' },
    list: { type: 'array', minItems: 2, items: { type: 'integer', minimum: 1 } },
  },
  required: ['pattern'],
  definitions: { child: { type: 'object', properties: { format: { type: 'string', format: 'idn-email' } } } },
};

describe('what providers enforce of a schema', () => {
  test('Gemini: honoured keywords only, nothing beside a reference, names untouched', () => {
    expect(geminiSchema(draft07)).toEqual({
      type: 'object',
      properties: {
        pattern: { type: 'string' },
        kind: { enum: ['letter'] },
        child: { $ref: '#/$defs/child' },
        list: { type: 'array', minItems: 2, items: { type: 'integer', minimum: 1 } },
      },
      required: ['pattern'],
      $defs: { child: { type: 'object', properties: { format: { type: 'string', format: 'idn-email' } } } },
    });
  });

  test('Anthropic: every object closed, limits left out', () => {
    expect(anthropicSchema(draft07)).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        pattern: { type: 'string' },
        kind: { const: 'letter' },
        child: { $ref: '#/$defs/child', description: 'beside a reference' },
        list: { type: 'array', items: { type: 'integer' } },
      },
      required: ['pattern'],
      $defs: { child: { type: 'object', additionalProperties: false, properties: { format: { type: 'string' } } } },
    });
  });

  test('Anthropic: maps and recursive schemas go into the prompt', () => {
    const map = { type: 'object', additionalProperties: { type: 'string' } };
    expect(anthropicSchema(map)).toBeUndefined();
    expect(anthropicSchema({ type: 'object', properties: { scores: { type: 'object' } } })).toBeUndefined();
    const node = { type: 'object', properties: { next: { $ref: '#/definitions/node' } } };
    expect(anthropicSchema({ ...node, definitions: { node } })).toBeUndefined();
    expect(anthropicSchema({ type: 'object', properties: { self: { $ref: '#' } } })).toBeUndefined();
    const twice = { a: { $ref: '#/definitions/leaf' }, b: { $ref: '#/definitions/leaf' } };
    expect(
      anthropicSchema({ type: 'object', properties: twice, definitions: { leaf: { type: 'string' } } }),
    ).toBeDefined();
  });

  test('OpenAI: strict where every object is closed and requires all it has', () => {
    const leaf = { type: 'string' };
    const closed = { type: 'object', properties: { leaf }, required: ['leaf'], additionalProperties: false };
    expect(allowsStrict(closed)).toBe(true);
    expect(allowsStrict({ ...closed, properties: { leaf: { type: 'array', items: closed } } })).toBe(true);
    expect(allowsStrict({ ...closed, required: [] })).toBe(false);
    expect(allowsStrict({ ...closed, additionalProperties: true })).toBe(false);
    expect(allowsStrict({ ...closed, properties: { leaf: { type: 'object', properties: {} } } })).toBe(false);
    expect(allowsStrict({ ...closed, properties: { leaf: { ...leaf, minLength: 1 } } })).toBe(false);
    expect(allowsStrict({ ...closed, anyOf: [closed] })).toBe(false);
    expect(allowsStrict({ type: 'array', items: closed })).toBe(false);
  });

  test('OpenAI: names it takes', () => {
    expect(schemaName('이름 with spaces!')).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(schemaName('')).toBe('answer');
    expect(schemaName('x'.repeat(99))).toHaveLength(64);
  });
});
