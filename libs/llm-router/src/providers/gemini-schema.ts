import type { JsonSchema } from '@nexus/contracts';
import type { JsonObject } from './json-value.ts';
import { mapSubschemas, withDefs } from './schema-walk.ts';

/** The keywords Gemini honours in `responseJsonSchema`; it ignores or refuses the others. */
const HONOURED = new Set([
  '$id', '$defs', '$ref', '$anchor', 'type', 'format', 'title', 'description', 'enum', 'items', 'prefixItems', 'minItems',
  'maxItems', 'minimum', 'maximum', 'anyOf', 'oneOf', 'properties', 'additionalProperties', 'required', 'propertyOrdering',
]); // prettier-ignore

/**
 * The part of a schema Gemini enforces. It is weaker than the schema, never stronger: answers are validated against the
 * whole schema here.
 */
export function geminiSchema(schema: JsonSchema): JsonObject {
  return tidy(withDefs(schema));
}

function tidy(schema: JsonObject): JsonObject {
  // Nothing may stand beside a reference.
  if (typeof schema['$ref'] === 'string' && schema['$defs'] === undefined) return { $ref: schema['$ref'] };
  const { const: only, ...rest } = mapSubschemas(schema, tidy);
  const fixed = typeof only === 'string' || typeof only === 'number' ? { enum: [only] } : {};
  return { ...Object.fromEntries(Object.entries(rest).filter(([keyword]) => HONOURED.has(keyword))), ...fixed };
}
