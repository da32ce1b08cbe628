import { isObject, type JsonObject, listOf, numberOf, objectOf, textOf } from './json-value.ts';

/** A schema that needs itself for ever stops here. */
const MAXIMUM_DEPTH = 24;

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-02',
  'date-time': '2026-01-02T03:04:05Z',
  time: '03:04:05Z',
  duration: 'PT1M',
  email: 'person@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  'uri-reference': '/path',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/** Tried in this order where a schema has a pattern. */
const PATTERN_CANDIDATES = [
  ...['text', 'a', 'A', '0', '1', '00', '0000', '2026-01-02', '03:04', 'a-b', 'a_b', 'A1', 'ABC', 'abc123', '#000000'],
  ...['https://example.com/', 'person@example.com', '010-0000-0000', '1.0.0', 'ko', 'ko-KR', 'KRW', 'a'.repeat(64)],
];

/**
 * A small document that is valid for the schema: the first of an enum, required properties only, the shortest arrays.
 * Knows what structured output of the providers knows, with draft-07 and OpenAPI (upper-case types) spellings. A
 * pattern is met only where one of some usual texts does; `not`, `if` and `dependent…` are ignored.
 */
export function minimalDocument(schema: unknown): unknown {
  return build(schema, { root: schema, depth: 0 });
}

interface Place {
  readonly root: unknown;
  readonly depth: number;
}

function build(given: unknown, { root, depth }: Place): unknown {
  if (!isObject(given) || depth > MAXIMUM_DEPTH) return null;
  const schema = merged(given, { root, depth });
  if ('const' in schema) return schema['const'];
  const allowed = listOf(schema['enum']);
  if (allowed.length > 0) return allowed[0];
  const place = { root, depth: depth + 1 };
  switch (typeOf(schema)) {
    case 'object':
      return buildObject(schema, place);
    case 'array':
      return buildArray(schema, place);
    case 'string':
      return buildString(schema);
    case 'integer':
      return buildNumber(schema, 1);
    case 'number':
      return buildNumber(schema, 0);
    case 'boolean':
      return false;
    default:
      return null;
  }
}

/** The schema with its reference, its allOf and the simplest of its alternatives put into it. */
function merged(schema: JsonObject, { root, depth }: Place): JsonObject {
  if (depth > MAXIMUM_DEPTH) return schema;
  const place = { root, depth: depth + 1 };
  const { $ref, allOf, anyOf, oneOf, ...own } = schema;
  const alternatives = [...listOf(anyOf), ...listOf(oneOf)].filter(isObject);
  const simplest = alternatives.find((one) => typeOf(one) === 'null') ?? alternatives[0];
  const parts = [resolve($ref, root), ...listOf(allOf), simplest].filter(isObject);
  return parts.map((part) => merged(part, place)).reduce(join, own);
}

function join(one: JsonObject, other: JsonObject): JsonObject {
  return {
    ...one,
    ...other,
    properties: { ...objectOf(one['properties']), ...objectOf(other['properties']) },
    required: [...listOf(one['required']), ...listOf(other['required'])],
  };
}

/** What a local reference (`#`, `#/$defs/x`) points to. */
function resolve(reference: unknown, root: unknown): unknown {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined;
  const steps = reference.split('/').slice(1);
  const names = steps.map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce<unknown>((value, name) => objectOf(value)[name], root);
}

function typeOf(schema: JsonObject): string {
  const type = Array.isArray(schema['type']) ? listOf(schema['type'])[0] : schema['type'];
  if (typeof type === 'string') return type.toLowerCase();
  if (Object.keys(objectOf(schema['properties'])).length > 0 || listOf(schema['required']).length > 0) return 'object';
  if ('items' in schema || 'prefixItems' in schema) return 'array';
  if ('minLength' in schema || 'pattern' in schema || 'format' in schema) return 'string';
  return 'minimum' in schema || 'maximum' in schema ? 'number' : 'null';
}

function buildObject(schema: JsonObject, place: Place): JsonObject {
  const properties = objectOf(schema['properties']);
  const required = listOf(schema['required']).filter((name) => typeof name === 'string');
  const least = numberOf(schema['minProperties']) ?? 0;
  const names = [...new Set([...required, ...Object.keys(properties).slice(0, least)])];
  const rest = schema['additionalProperties'];
  for (let extra = 1; names.length < least; extra += 1) names.push(`property${extra}`);
  return Object.fromEntries(names.map((name) => [name, build(properties[name] ?? rest, place)]));
}

function buildArray(schema: JsonObject, place: Place): unknown[] {
  const first = listOf(Array.isArray(schema['items']) ? schema['items'] : schema['prefixItems']);
  const length = numberOf(schema['minItems']) ?? 0;
  return Array.from({ length }, (_, index) => {
    const item = build(first[index] ?? schema['items'], place);
    return schema['uniqueItems'] === true && typeof item === 'string' && index > 0 ? `${item}${index}` : item;
  });
}

function buildString(schema: JsonObject): string {
  const least = numberOf(schema['minLength']) ?? 0;
  const most = numberOf(schema['maxLength']) ?? Infinity;
  const pattern = patternOf(schema);
  const met = PATTERN_CANDIDATES.find((text) => pattern?.test(text) && text.length >= least && text.length <= most);
  const text = met ?? FORMATS[textOf(schema['format'])] ?? 'text';
  return text.padEnd(least, 'x').slice(0, most);
}

function patternOf(schema: JsonObject): RegExp | undefined {
  try {
    return typeof schema['pattern'] === 'string' ? new RegExp(schema['pattern'], 'u') : undefined;
  } catch {
    return undefined;
  }
}

function buildNumber(schema: JsonObject, step: 0 | 1): number {
  const multiple = numberOf(schema['multipleOf']) ?? step;
  const below = numberOf(schema['exclusiveMaximum']);
  const above = numberOf(schema['exclusiveMinimum']);
  const gap = multiple > 0 ? multiple : 1e-6;
  const least = Math.max(numberOf(schema['minimum']) ?? -Infinity, above === undefined ? -Infinity : above + gap / 2);
  const most = Math.min(numberOf(schema['maximum']) ?? Infinity, below === undefined ? Infinity : below - gap / 2);
  if (least <= 0 && most >= 0) return 0;
  const nearest = least > 0 ? least : most;
  if (multiple === 0) return nearest;
  return (least > 0 ? Math.ceil(nearest / multiple) : Math.floor(nearest / multiple)) * multiple;
}
