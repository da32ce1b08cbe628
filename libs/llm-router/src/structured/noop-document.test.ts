import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { compileSchema } from './compile-schema.ts';
import { noopDocument } from './noop-document.ts';
import { publishedSchema, SCHEMA_NAMES } from './schema-registry.ts';

jest.setTimeout(60_000);

const draft2020 = 'https://json-schema.org/draft/2020-12/schema';

function documentOf(schema: Record<string, unknown>): Record<string, unknown> {
  const noop = noopDocument(schema);
  if (!noop.ok) throw new Error(noop.reasons.join('; '));
  const compiled = compileSchema(schema);
  expect(compiled.ok && compiled.validate(noop.document)).toEqual([]);
  return noop.document;
}

/** An object with one required member of that schema. */
function holding(schema: unknown, more: object = {}): Record<string, unknown> {
  return { type: 'object', properties: { a: schema }, required: ['a'], ...more };
}

test.each(SCHEMA_NAMES)('%s has a valid one', (name) => {
  const noop = noopDocument(name);
  expect(noop.ok && publishedSchema(name)?.validate(noop.document)).toEqual([]);
});

test('excel_kakao_output has the one its callers know', () => {
  expect(noopDocument('excel_kakao_output')).toEqual({
    ok: true,
    document: { action: 'noop', result: { text: 'LLM_DISABLED' }, warnings: ['LLM disabled'] },
  });
});

test('fix_suggestion has one that says what it is', () => {
  expect(noopDocument('fix_suggestion')).toEqual({
    ok: true,
    document: {
      issue_summary: 'LLM_DISABLED',
      probable_root_cause: 'LLM_DISABLED',
      proposed_changes: { prompt_patch: 'LLM_DISABLED', schema_patch: 'LLM_DISABLED', code_patch: 'LLM_DISABLED' },
      risk: 'LLM_DISABLED',
      verification: { tests: ['LLM_DISABLED'], dry_run_steps: ['LLM_DISABLED'] },
    },
  });
});

describe('made from the schema', () => {
  test.each<[string, unknown, unknown]>([
    ['anything', {}, 'LLM_DISABLED'],
    ['true', true, 'LLM_DISABLED'],
    ['const', { const: { x: [1] } }, { x: [1] }],
    ['enum', { enum: ['b', 'a'] }, 'b'],
    ['enum and type', { type: 'integer', enum: ['b', 2] }, 2],
    ['enum of two', { allOf: [{ enum: [1, 2, 3] }, { enum: [3, 4] }] }, 3],
    ['short text', { type: 'string', maxLength: 3 }, 'LLM'],
    ['long text', { type: 'string', minLength: 15 }, 'LLM_DISABLED___'],
    ['pattern', { type: 'string', pattern: '^[a-c]{2}-\\d{4}$' }, 'aa-0000'],
    ['pattern and length', { type: 'string', pattern: '^[a-c]+$', minLength: 5 }, 'aaaaa'],
    ['pattern of emoji', { type: 'string', pattern: '^[\\u{1F600}-\\u{1F64F}]$' }, '😀'],
    ['Hangul', { type: 'string', pattern: '^[가-힣]+$' }, '가'],
    ['nullable text', { type: ['string', 'null'] }, 'LLM_DISABLED'],
    ['integer', { type: 'integer' }, 0],
    ['bounds', { type: 'integer', minimum: 3, maximum: 9 }, 3],
    ['open bounds', { type: 'integer', exclusiveMinimum: 3, exclusiveMaximum: 5 }, 4],
    ['below zero', { type: 'number', maximum: -1.5 }, -1.5],
    ['between', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
    ['steps', { type: 'integer', minimum: 10, multipleOf: 7 }, 14],
    ['broken steps', { type: 'number', minimum: 0.3, multipleOf: 0.25 }, 0.5],
    ['boolean', { type: 'boolean' }, false],
    ['null', { type: 'null' }, null],
    ['list', { type: 'array' }, []],
    ['list of two', { type: 'array', minItems: 2, items: { type: 'integer' } }, [0, 0]],
    ['different items', { type: 'array', minItems: 3, uniqueItems: true, items: { type: 'integer' } }, [0, 1, 2]],
    ['different enums', { minItems: 2, uniqueItems: true, items: { enum: ['a', 'b'] } }, ['a', 'b']],
    [
      'tuple',
      { items: [{ type: 'integer' }, { type: 'null' }], minItems: 3, additionalItems: { const: 1 } },
      [0, null, 1],
    ],
    ['contains', { type: 'array', contains: { const: 5 } }, [5]],
    ['one of', { oneOf: [{ type: 'integer' }, { type: 'null' }] }, 0],
    ['one of two that overlap', { oneOf: [{ type: 'number' }, { type: 'integer' }, { type: 'null' }] }, null],
    ['any of, the first impossible', { anyOf: [false, { type: 'null' }] }, null],
    ['all of', { allOf: [{ type: 'object', required: ['x'] }, { properties: { x: { const: 1 } } }] }, { x: 1 }],
    ['not', { type: 'string', not: { const: 'LLM_DISABLED' }, maxLength: 20, anyOf: [{}, { const: 'x' }] }, 'x'],
    [
      'if',
      {
        type: 'object',
        required: ['k'],
        properties: { k: { enum: ['a', 'b'] } },
        if: { properties: { k: { const: 'a' } } },
        then: { required: ['never'], properties: { never: false } },
      },
      { k: 'b' },
    ],
    [
      'least members',
      { type: 'object', minProperties: 2, additionalProperties: { type: 'null' } },
      { member_1: null, member_2: null },
    ],
    [
      'named members',
      { type: 'object', minProperties: 1, propertyNames: { enum: ['x'] }, additionalProperties: { const: 1 } },
      { x: 1 },
    ],
    [
      'members by pattern',
      { type: 'object', minProperties: 1, patternProperties: { '^x_': { const: 1 } }, additionalProperties: false },
      { x_: 1 },
    ],
    [
      'dependencies',
      {
        required: ['x'],
        dependencies: { x: ['y'], y: { required: ['z'] } },
        type: 'object',
        additionalProperties: { const: 1 },
      },
      { x: 1, y: 1, z: 1 },
    ],
  ])('%s', (_name, schema, value) => {
    expect(documentOf(holding(schema))).toEqual({ a: value });
  });

  test.each([
    'date',
    'time',
    'date-time',
    'email',
    'hostname',
    'ipv4',
    'ipv6',
    'uri',
    'uri-reference',
    'uri-template',
    'uuid',
    'duration',
    'regex',
    'json-pointer',
    'relative-json-pointer',
    'byte',
  ])('format %s, three of a kind', (format) => {
    const unique = !['time'].includes(format);
    const { a } = documentOf(
      holding({ type: 'array', minItems: 3, uniqueItems: unique, items: { type: 'string', format } }),
    );
    expect(a).toHaveLength(3);
  });

  test('recursion that can end, ends', () => {
    const tree = {
      type: 'object',
      required: ['next'],
      properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
    };
    expect(documentOf(tree)).toEqual({ next: null });
  });

  test('2020-12: tuples, dependent members, nothing unevaluated', () => {
    const list = {
      type: 'array',
      prefixItems: [{ type: 'null' }],
      items: { type: 'integer' },
      minItems: 2,
      contains: { const: 7 },
      minContains: 1,
    };
    const schema = {
      $schema: draft2020,
      ...holding(list),
      dependentRequired: { a: ['b'] },
      dependentSchemas: { b: { properties: { b: { const: 1 } } } },
      unevaluatedProperties: false,
    };
    expect(documentOf(schema)).toEqual({ a: [null, 7], b: 1 });
  });

  test('names that objects inherit are members like others', () => {
    const schema = JSON.parse(
      '{"type":"object","required":["__proto__","constructor"],"additionalProperties":{"type":"integer"}}',
    ) as Record<string, unknown>;
    expect(Object.keys(documentOf(schema)).sort()).toEqual(['__proto__', 'constructor']);
  });
});

describe('a schema without one', () => {
  test.each<[string, Record<string, unknown>]>([
    ['contradicts itself', holding({ allOf: [{ type: 'string' }, { type: 'null' }] })],
    ['forbids what it requires', holding(false)],
    ['has no end', holding({ $ref: '#' })],
    ['wants too much', holding({ type: 'array', minItems: 1e9 })],
    ['wants a text too long', holding({ type: 'string', minLength: 1e9 })],
    [
      'doubles',
      {
        ...holding({ $ref: '#/definitions/d0' }),
        definitions: Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => [
            `d${at}`,
            at === 39
              ? { type: 'null', minimum: 1, not: {} }
              : { anyOf: [{ $ref: `#/definitions/d${at + 1}` }, { $ref: `#/definitions/d${at + 1}` }] },
          ]),
        ),
      },
    ],
    ['has a class of nothing', holding({ type: 'string', pattern: '^[^\\s\\S]{100}$' })],
    [
      'has many patterns',
      holding(false, {
        required: Array.from({ length: 900 }, (_, at) => `k${at}`),
        patternProperties: Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`^(k|x)*${at}$`, {}])),
      }),
    ],
    ['is not taken', { pattern: '(' }],
  ])('%s', (_name, schema) => {
    const noop = noopDocument(schema);
    expect(noop).toEqual({ ok: false, reasons: expect.arrayContaining([expect.any(String)]) });
  });
});

describe('laws', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'constructor');
  const small = fc.nat({ max: 4 });
  type Schemas = { any: object; sound: object };
  const { any, sound } = fc.letrec<Schemas>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(
        {},
        { type: 'null' },
        { type: 'boolean' },
        { $ref: '#' },
        { const: 'x' },
        { enum: [1, null, 'a'] },
        { not: {} },
      ),
      fc.record(
        {
          type: fc.constantFrom('string', 'number', 'integer', ['string', 'integer']),
          minLength: small,
          maxLength: small,
          minimum: small,
          exclusiveMaximum: small,
          multipleOf: fc.constantFrom(1, 2, 0.5, 0.1),
          pattern: fc.constantFrom('^a', 'b$', '^[a-c]+$', '\\d{2}'),
          format: fc.constantFrom('date', 'email', 'uuid'),
        },
        { requiredKeys: ['type'] },
      ),
      fc.record(
        {
          type: fc.constant('array'),
          items: tie('any'),
          contains: tie('any'),
          minItems: small,
          maxItems: small,
          uniqueItems: fc.boolean(),
        },
        { requiredKeys: ['type'] },
      ),
      fc.record(
        {
          type: fc.constant('object'),
          properties: fc.dictionary(name, tie('any'), { maxKeys: 3, noNullPrototype: true }),
          required: fc.uniqueArray(name, { maxLength: 3 }),
          additionalProperties: fc.oneof(fc.boolean(), tie('any')),
          minProperties: small,
          maxProperties: small,
          propertyNames: tie('any'),
        },
        { requiredKeys: ['type'] },
      ),
      fc.record(
        {
          allOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }),
          anyOf: fc.array(tie('any'), { minLength: 1, maxLength: 3 }),
          oneOf: fc.array(tie('any'), { minLength: 1, maxLength: 3 }),
          not: tie('any'),
          if: tie('any'),
          then: tie('any'),
          else: tie('any'),
        },
        { requiredKeys: [] },
      ),
    ),
    // Every one of these can be met, and their choices do not depend on each other.
    sound: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom({}, { type: 'null' }, { type: 'boolean' }, { const: [1] }, { enum: ['a', 2] }),
      fc.tuple(small, small).map(([min, more]) => ({ type: 'string', minLength: min, maxLength: min + more })),
      fc.tuple(fc.integer(), small).map(([min, more]) => ({ type: 'integer', minimum: min, maximum: min + more })),
      fc
        .tuple(fc.double({ min: -1e9, max: 1e9, noNaN: true }), small)
        .map(([min, more]) => ({ type: 'number', minimum: min, maximum: min + more })),
      fc.tuple(tie('sound'), small).map(([items, min]) => ({ type: 'array', items, minItems: min })),
      fc
        .tuple(fc.dictionary(name, tie('sound'), { maxKeys: 3, noNullPrototype: true }), fc.boolean())
        .map(([properties, open]) => ({
          type: 'object',
          properties,
          required: Object.keys(properties),
          additionalProperties: open,
        })),
      fc.array(tie('sound'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
      tie('sound').map((one) => ({ allOf: [one, {}] })),
    ),
  }));

  test('whatever the schema, the document is valid or there are reasons', () => {
    let made = 0;
    fc.assert(
      fc.property(any, (schema) => {
        const whole = JSON.parse(JSON.stringify(holding(schema))) as Record<string, unknown>;
        const noop = noopDocument(whole);
        const compiled = compileSchema(whole);
        if (noop.ok) expect(compiled.ok && compiled.validate(noop.document)).toEqual([]);
        else expect(noop.reasons.length).toBeGreaterThan(0);
        made += noop.ok ? 1 : 0;
      }),
      { numRuns: 150 },
    );
    expect(made).toBeGreaterThan(10);
  });

  test('a schema that can be met without guessing is met', () => {
    fc.assert(
      fc.property(
        sound,
        (schema) => void documentOf(JSON.parse(JSON.stringify(holding(schema))) as Record<string, unknown>),
      ),
      { numRuns: 300 },
    );
  });

  test('the same schema has the same document', () => {
    fc.assert(
      fc.property(any, (schema) => {
        const whole = JSON.parse(JSON.stringify(holding(schema))) as Record<string, unknown>;
        expect(noopDocument(whole)).toEqual(noopDocument(whole));
      }),
      { numRuns: 20 },
    );
  });
});
