import type { JsonSchema } from '@nexus/contracts';

/** A schema as it may stand inside another one. */
export type SubSchema = JsonSchema | boolean;

/** A schema and where it stands, as a JSON pointer in the form of a `$ref`: `#/properties/name`. */
export type SchemaPosition = {
  pointer: string;
  schema: SubSchema;
  /** Whether it is applied to the same value as the schema around it, not to a part of that value. */
  inPlace: boolean;
};

const ONE = {
  inPlace: ['not', 'if', 'then', 'else'],
  inside: [
    'items',
    'additionalItems',
    'unevaluatedItems',
    'contains',
    'additionalProperties',
    'unevaluatedProperties',
    'propertyNames',
    'contentSchema',
  ],
};
const LIST = { inPlace: ['allOf', 'anyOf', 'oneOf'], inside: ['items', 'prefixItems'] };
const MAP = {
  inPlace: ['dependentSchemas', 'dependencies'],
  inside: ['properties', 'patternProperties', 'definitions', '$defs'],
};

/** The schemas directly inside a schema, of draft-07 and 2020-12 alike. What is no schema (a list of names) is left out. */
export function subSchemas(schema: JsonSchema, pointer: string): SchemaPosition[] {
  return [true, false].flatMap((inPlace) => {
    const kind = inPlace ? 'inPlace' : 'inside';
    const ones = ONE[kind].map((keyword) => ({ keyword, path: '', found: schema[keyword] }));
    const listed = LIST[kind].flatMap((keyword) => members(keyword, asList(schema[keyword])));
    const mapped = MAP[kind].flatMap((keyword) => members(keyword, asMap(schema[keyword])));
    return [...ones, ...listed, ...mapped].flatMap(({ keyword, path, found }) =>
      isSubSchema(found) ? [{ pointer: `${pointer}/${escapePointer(keyword)}${path}`, schema: found, inPlace }] : [],
    );
  });
}

/** Every schema of a document with its place, the root first. The document has passed the limits on size and depth. */
export function schemaPositions(root: JsonSchema): SchemaPosition[] {
  const positions: SchemaPosition[] = [{ pointer: '#', schema: root, inPlace: false }];
  // Grows while it is walked: what is found is looked into in its turn.
  for (const { schema, pointer } of positions) {
    if (typeof schema !== 'boolean') positions.push(...subSchemas(schema, pointer));
  }
  return positions;
}

/** Whether a value can stand where a schema is wanted. */
export function isSubSchema(value: unknown): value is SubSchema {
  return typeof value === 'boolean' || isObject(value);
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asList(value: unknown): object {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function asMap(value: unknown): object {
  return isObject(value) ? value : {};
}

function members(keyword: string, container: object): { keyword: string; path: string; found: unknown }[] {
  return Object.entries(container).map(([name, found]) => ({
    keyword,
    path: `/${escapePointer(name)}`,
    found: found as unknown,
  }));
}

/** RFC 6901, then percent-encoded, because a `$ref` is a URI. */
export function escapePointer(name: string): string {
  return encodeURIComponent(
    name
      .replaceAll(/\p{Cs}/gu, '\ufffd')
      .replaceAll('~', '~0')
      .replaceAll('/', '~1'),
  );
}

/** A `$ref` in the one spelling that positions have; undefined when it is not percent-encoded rightly. */
export function normalPointer(reference: string): string | undefined {
  try {
    const [root, ...parts] = reference.split('/');
    return [root, ...parts.map((part) => encodeURIComponent(decodeURIComponent(part)))].join('/');
  } catch {
    return undefined;
  }
}
