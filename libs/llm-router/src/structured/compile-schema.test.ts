import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileSchema, keptSchemas } from './compile-schema.ts';

function errorsOf(schema: unknown, value: unknown): string[] {
  const compiled = compileSchema(schema);
  if (!compiled.ok) throw new Error(compiled.problems.join('; '));
  return compiled.validate(value);
}

const text = { type: 'string' };
const draft2020 = 'https://json-schema.org/draft/2020-12/schema';

describe('a schema that is taken', () => {
  test('judges documents and names path and wish, never the value', () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string', minLength: 2 }, kind: { enum: ['a', 'b'] }, list: { items: text } },
      required: ['name', 'kind'],
      additionalProperties: false,
    };
    expect(errorsOf(schema, { name: 'ab', kind: 'a', list: ['x'] })).toEqual([]);
    expect(errorsOf(schema, { name: 's', kind: 'secret', list: [1], 'ex\u0007tra\u202e': true })).toEqual([
      '/: must NOT have additional properties: "extra"'.replace('extra', 'ex\\u0007tra'),
      '/name: must NOT have fewer than 2 characters',
      '/kind: must be equal to one of the allowed values: ["a","b"]',
      '/list/0: must be string',
    ]);
  });

  test('tells five errors at most, each of bounded length', () => {
    const errors = errorsOf(
      { additionalProperties: text },
      Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`${at}`.repeat(400), at])),
    );
    expect(errors).toHaveLength(5);
    expect(Math.max(...errors.map((error) => error.length))).toBeLessThanOrEqual(300);
  });

  test.each([
    [
      'draft-07 by default: prefixItems means nothing',
      { properties: { a: { prefixItems: [text] } } },
      { a: [1] },
      true,
    ],
    [
      'draft-07 tuples',
      { $schema: 'http://json-schema.org/draft-07/schema#', properties: { a: { items: [text] } } },
      { a: [1] },
      false,
    ],
    ['2020-12 by its name', { $schema: draft2020, properties: { a: { prefixItems: [text] } } }, { a: [1] }, false],
    [
      '2020-12 unevaluated properties',
      { $schema: draft2020, allOf: [{ properties: { a: text } }], unevaluatedProperties: false },
      { a: 'x', b: 1 },
      false,
    ],
    ['keywords of providers', { type: 'object', propertyOrdering: ['a'], properties: { a: text } }, { a: 'x' }, true],
    ['formats', { properties: { a: { format: 'date' } } }, { a: '2026-02-30' }, false],
    ['unknown formats', { properties: { a: { format: 'colour' } } }, { a: 'x' }, true],
    [
      'formats on endless strings',
      { properties: { a: { format: 'email' } } },
      { a: `${'a'.repeat(3_000)}@b.de` },
      false,
    ],
    ['inherited members do not count', { required: ['toString'] }, {}, false],
    [
      'own __proto__',
      { properties: { a: { additionalProperties: false } } },
      JSON.parse('{"a":{"__proto__":1}}'),
      false,
    ],
    [
      'local references',
      { $defs: { 'a b/c~': text }, properties: { a: { $ref: '#/$defs/a%20b~1c~0' } } },
      { a: 1 },
      false,
    ],
    [
      'references beside an $id',
      { $id: 'https://example.com/x', definitions: { t: text }, properties: { a: { $ref: '#/definitions/t' } } },
      { a: 1 },
      false,
    ],
    ['recursion into the value', { properties: { next: { $ref: '#' }, a: text } }, { next: { next: { a: 1 } } }, false],
    [
      'duplicates',
      { properties: { a: { uniqueItems: true } } },
      {
        a: [
          { x: 1, y: 2 },
          { y: 2, x: 1 },
        ],
      },
      false,
    ],
    ['no duplicates', { properties: { a: { uniqueItems: true } } }, { a: [1, '1', [1], { a: 1 }] }, true],
    ['patterns', { properties: { a: { pattern: '^a+$' } } }, { a: 'aab' }, false],
    ['two patterns', { properties: { a: { pattern: '^a+$' }, b: { pattern: '^b+$' } } }, { a: 'a', b: 'bb' }, true],
    [
      'pattern properties',
      { patternProperties: { '^x': text }, additionalProperties: false },
      { xy: 'a', y: 'b' },
      false,
    ],
    [
      'const that looks like a schema',
      { properties: { a: { const: { type: 'string' } } } },
      { a: { type: 'string' } },
      true,
    ],
    ['a reference as a format', { properties: { a: { format: 'uri-reference' } } }, { a: '../a?b#c' }, true],
    ['no reference as a format', { properties: { a: { format: 'uri-reference' } } }, { a: 'a b' }, false],
  ])('%s', (...[, schema, value, valid]) => {
    expect(errorsOf(schema, value).length === 0).toBe(valid);
  });

  test('has a digest that knows no order of keys, and is not changed from outside', () => {
    const schema = { type: 'object', required: ['a', 'b'] };
    const compiled = compileSchema(schema);
    const other = compileSchema({ required: ['a', 'b'], type: 'object' });
    expect(compiled).toBe(other);
    schema.required.pop();
    expect(compiled.ok && compiled.validate({ a: 1 })).toHaveLength(1);
    expect(compileSchema({ required: ['b', 'a'], type: 'object' })).not.toBe(other);
  });

  test('does not stay for ever', () => {
    for (let at = 0; at < 300; at += 1) compileSchema({ title: `number ${at}` });
    expect(keptSchemas()).toBe(200);
  });
});

describe('a schema that is refused', () => {
  const deep = JSON.parse(`${'{"not":'.repeat(40)}{}${'}'.repeat(40)}`) as object;
  const round: Record<string, unknown> = {};
  round['not'] = round;
  test.each([
    ['no object', [], 'must be a JSON object'],
    ['true', true, 'must be a JSON object'],
    ['another draft', { $schema: 'http://json-schema.org/draft-04/schema#' }, '#/$schema'],
    ['no schema', { type: 'strin' }, '#/type'],
    ['a list as answer', { type: 'array' }, 'must allow "object"'],
    ['too large', { description: '가'.repeat(30_000) }, '65536 bytes'],
    ['too deep', deep, '32 levels'],
    ['round', round, '32 levels'],
    ['too many parts', { anyOf: Array.from({ length: 2_000 }, () => ({})) }, '2000 objects'],
    ['remote', { properties: { a: { $ref: 'https://example.com/schema.json' } } }, '#/properties/a/$ref'],
    ['a file', { $ref: 'file:///etc/passwd' }, '#/$ref'],
    ['nowhere', { $ref: '#/definitions/none' }, '#/$ref'],
    ['into a constant', { const: { a: {} }, $ref: '#/const/a' }, '#/$ref'],
    ['broken reference', { $ref: '#/%E0%A4%A' }, '#/$ref'],
    ['another base', { properties: { a: { $id: 'x' } } }, '$id is not supported'],
    ['dynamic', { $schema: draft2020, $dynamicRef: '#x' }, '$dynamicRef is not supported'],
    ['itself', { $ref: '#' }, 'again and again'],
    [
      'itself by others',
      { $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } } },
      'again and again',
    ],
    [
      'a member that ajv passes over',
      { properties: JSON.parse('{"__proto__":{}}') as object },
      '__proto__ is not supported',
    ],
    ['asynchronous', { $async: true }, '$async'],
    [
      'look-around',
      { properties: { a: { pattern: '(?=a)' } } },
      '#/properties/a/pattern: the pattern uses look-around',
    ],
    ['pattern as name', { patternProperties: { '(a)\\1': {} } }, 'back reference'],
    ['no pattern', { pattern: '(' }, 'no regular expression'],
  ])('%s', (_name, schema, problem) => {
    expect(compileSchema(schema)).toEqual({
      ok: false,
      problems: expect.arrayContaining([expect.stringContaining(problem)]),
    });
  });

  test('never throws, whatever it is given', () => {
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'items',
      'allOf',
      'anyOf',
      '$ref',
      'enum',
      'pattern',
      'required',
      'if',
      'minimum',
      'nullable',
      'id',
      '$id',
      'dependencies',
      '__proto__',
      'constructor',
      'discriminator',
      '$vocabulary',
      'format',
      'multipleOf',
      'unevaluatedProperties',
    );
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('string', '#', '', 0, -1, 1e300, true, null, 'object'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(keyword, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, value, (schema, document) => {
        const compiled = compileSchema(schema);
        if (compiled.ok) compiled.validate(document);
        else expect(compiled.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a validation that would hang', () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [
      `d${at}`,
      { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
    ]),
  );
  const chain = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as object;
  test.each([
    ['references that double', { $defs: { ...doubling, d30: {} }, $ref: '#/$defs/d0' }, {}],
    [
      'members that double',
      { allOf: [{ properties: { a: { $ref: '#' } } }, { properties: { a: { $ref: '#' } } }] },
      chain,
    ],
    [
      'many long patterns',
      { properties: { a: { allOf: Array.from({ length: 60 }, (_, at) => ({ pattern: `(a|b|ab){400}${at}` })) } } },
      { a: 'ab'.repeat(100_000) },
    ],
    [
      'a chain without end',
      { properties: { a: { $ref: '#' } } },
      JSON.parse(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`),
    ],
    [
      'constants',
      { properties: { a: { items: { enum: Array.from({ length: 4_000 }, (_, at) => `e${at}`) } } } },
      { a: Array.from({ length: 100_000 }, () => 'x') },
    ],
    [
      'slow formats',
      { properties: { a: { items: { format: 'uri' } } } },
      { a: Array.from({ length: 1_000 }, () => `http://a${'1'.repeat(2_000)}\u0000`) },
    ],
  ])('%s: ends and says so', (_name, schema, value) => {
    expect(errorsOf(schema, value)).toEqual([expect.stringContaining('too large or too deep')]);
  });

  test('does not spoil the next one', () => {
    const schema = { properties: { a: { pattern: '^(a+)+$' } } };
    expect(errorsOf(schema, { a: `${'a'.repeat(5_000_000)}!` })).toHaveLength(1);
    expect(errorsOf(schema, { a: 'aaa' })).toEqual([]);
  });
});
