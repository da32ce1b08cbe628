import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isObject, type JsonObject, listOf } from './json-value.ts';
import { minimalDocument } from './minimal-document.ts';

/** Schemas that can be met, of the keywords below. */
const { schema: schemas } = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom({ type: 'null' }, { type: 'boolean' }, { type: ['string', 'null'] }),
    fc.array(fc.jsonValue(), { minLength: 1, maxLength: 3 }).map((values) => ({ enum: values })),
    fc.jsonValue().map((value) => ({ const: value })),
    fc.record({ type: fc.constantFrom('string', 'STRING'), minLength: fc.nat(9) }),
    fc
      .nat(9)
      .chain((least) => fc.nat(9).map((more) => ({ type: 'string', minLength: least, maxLength: least + more }))),
    fc
      .tuple(fc.integer({ min: -99, max: 99 }), fc.nat(50))
      .map(([minimum, more]) => ({ type: 'integer', minimum, maximum: minimum + more })),
    fc
      .tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 1, max: 50 }))
      .map(([low, more]) => ({ type: 'number', exclusiveMinimum: low, exclusiveMaximum: low + more })),
    fc
      .integer({ min: 1, max: 30 })
      .chain((multipleOf) =>
        fc.integer({ min: -99, max: 99 }).map((minimum) => ({ type: 'integer', minimum, multipleOf })),
      ),
    fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(3) }),
    fc
      .dictionary(fc.string({ minLength: 1 }), tie('schema'), { maxKeys: 4 })
      .map((properties) => ({ type: 'object', properties, required: Object.keys(properties).slice(1) })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    tie('schema').map((inner) => ({ $ref: '#/$defs/a~1b', $defs: { 'a/b': inner } })),
  ),
}));

/** What JSON Schema says about the keywords above. `root` is where references start. */
function accepts(schema: JsonObject, value: unknown, root: JsonObject): boolean {
  const { $ref, anyOf, enum: allowed, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if ($ref !== undefined) return accepts((root['$defs'] as Record<string, JsonObject>)['a/b'] ?? {}, value, root);
  if (anyOf !== undefined) return listOf(anyOf).some((one) => accepts(one as JsonObject, value, root));
  if (allowed !== undefined) return listOf(allowed).some((one) => JSON.stringify(one) === JSON.stringify(value));
  if ('const' in schema) return JSON.stringify(schema['const']) === JSON.stringify(value);
  const types = [schema['type']].flat().map((type) => String(type).toLowerCase());
  if (!types.some((type) => isOfType(value, type))) return false;
  if (typeof value === 'string')
    return value.length >= Number(schema['minLength'] ?? 0) && value.length <= Number(schema['maxLength'] ?? Infinity);
  if (typeof value === 'number') {
    const within = value >= Number(minimum ?? -Infinity) && value <= Number(maximum ?? Infinity);
    const between = value > Number(exclusiveMinimum ?? -Infinity) && value < Number(exclusiveMaximum ?? Infinity);
    return within && between && (multipleOf === undefined || value % Number(multipleOf) === 0);
  }
  if (Array.isArray(value))
    return (
      value.length >= Number(schema['minItems']) &&
      value.every((item) => accepts(schema['items'] as JsonObject, item, root))
    );
  if (!isObject(value)) return true;
  const properties = schema['properties'] as Record<string, JsonObject>;
  const required = listOf(schema['required']) as string[];
  return (
    required.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, inner]) => accepts(properties[name] ?? {}, inner, root))
  );
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'null' ? value === null : typeof value === type;
}

/** References of the generated schemas stand at any depth, but point to the root: only those at the root resolve. */
function withoutInnerReferences(schema: unknown, atRoot = true): unknown {
  if (Array.isArray(schema)) return schema.map((one) => withoutInnerReferences(one, false));
  if (!isObject(schema)) return schema;
  if ('const' in schema || 'enum' in schema) return schema;
  if ('$ref' in schema && !atRoot) return { type: 'null' };
  return Object.fromEntries(
    Object.entries(schema).map(([name, inner]) => [name, withoutInnerReferences(inner, false)]),
  );
}

describe('minimalDocument', () => {
  test('is valid for its schema', () => {
    fc.assert(
      fc.property(schemas, (generated) => {
        const schema = withoutInnerReferences(generated) as JsonObject;
        expect(accepts(schema, minimalDocument(schema), schema)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    [{ type: 'object', required: ['a'], properties: { a: { type: 'string' }, b: { type: 'string' } } }, { a: 'text' }],
    [
      { allOf: [{ type: 'object', required: ['a'] }, { properties: { a: { type: 'integer', minimum: 3 } } }] },
      { a: 3 },
    ],
    [{ type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' }, '2026-01-02'],
    [{ type: 'string', format: 'email' }, 'person@example.com'],
    [{ type: 'array', items: { type: 'string' }, minItems: 3, uniqueItems: true }, ['text', 'text1', 'text2']],
    [{ type: 'array', prefixItems: [{ type: 'integer' }, { type: 'boolean' }], minItems: 2 }, [0, false]],
    [
      { type: 'object', minProperties: 2, additionalProperties: { type: 'integer' } },
      { property1: 0, property2: 0 },
    ],
    [
      {
        definitions: { a: { type: 'boolean' } },
        type: 'object',
        required: ['x'],
        properties: { x: { $ref: '#/definitions/a' } },
      },
      { x: false },
    ],
    [{ anyOf: [{ type: 'object', required: ['a'], properties: { a: {} } }, { type: 'null' }] }, null],
    [true, null],
    [{ type: 'string', pattern: '(' }, 'text'],
  ])('of %j', (schema, document) => {
    expect(minimalDocument(schema)).toEqual(document);
  });

  test('ends where a schema needs itself for ever', () => {
    const schema = { type: 'object', required: ['again'], properties: { again: { $ref: '#' } } };
    expect(JSON.stringify(minimalDocument(schema))).toMatch(/^(\{"again":){10,}.*null\}+$/);
    expect(minimalDocument({ $ref: '#' })).toBeNull();
  });
});
