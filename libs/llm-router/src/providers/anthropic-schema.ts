import type { JsonSchema } from '@nexus/contracts';
import { isJsonObject, type JsonObject } from './json-value.ts';
import { isRecursive, mapSubschemas, subschemas, withDefs } from './schema-walk.ts';

/** What structured outputs take; other keywords are answered with a 400. */
const TAKEN = new Set([
  '$defs', '$ref', 'type', 'format', 'title', 'description', 'enum', 'const', 'items', 'minItems', 'anyOf', 'allOf',
  'properties', 'additionalProperties', 'required',
]); // prettier-ignore

const FORMATS = new Set([
  'date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid',
]); // prettier-ignore

/**
 * The schema as Anthropic enforces it: every object closed, unsupported limits left out (answers are validated against the
 * whole schema here). Undefined when closing it would forbid what it is made for, a map of names nobody knows, or when it
 * is recursive: such a schema goes into the system prompt.
 */
export function anthropicSchema(schema: JsonSchema): JsonObject | undefined {
  const whole = withDefs(schema);
  return isRecursive(whole) || hasOpenMap(whole) ? undefined : tidy(whole);
}

function hasOpenMap(schema: JsonObject): boolean {
  const { type, properties, additionalProperties } = schema;
  const named = isJsonObject(properties) && Object.keys(properties).length > 0;
  if (type === 'object' && !named && additionalProperties !== false) return true;
  if (isJsonObject(additionalProperties)) return true;
  return subschemas(schema).some(hasOpenMap);
}

function tidy(schema: JsonObject): JsonObject {
  const mapped = mapSubschemas(schema, tidy);
  const { oneOf, minItems, format, ...rest } = mapped;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([keyword]) => TAKEN.has(keyword))),
    ...(oneOf !== undefined && rest['anyOf'] === undefined ? { anyOf: oneOf } : {}),
    ...(minItems === 0 || minItems === 1 ? { minItems } : {}),
    ...(typeof format === 'string' && FORMATS.has(format) ? { format } : {}),
    ...(schema['type'] === 'object' || schema['properties'] !== undefined ? { additionalProperties: false } : {}),
  };
}
