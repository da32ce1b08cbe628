import { isObject, objectOf } from '../json-value.ts';
import { innerSchemas } from '../openai/strict-schema.ts';

/** Keywords the structured output of the Messages API answers with a 400 (seen by users of `output_format.schema`). */
const UNSUPPORTED: Readonly<Record<string, readonly string[]>> = {
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength'],
};

/** What the provider does not take in a schema; undefined if it takes it. */
export function schemaComplaint(schema: unknown): string | undefined {
  if (!isObject(schema)) return undefined;
  const { type } = schema;
  const isObjectSchema = type === 'object' || Object.keys(objectOf(schema['properties'])).length > 0;
  if (isObjectSchema && schema['additionalProperties'] !== false) {
    return "For 'object' type, 'additionalProperties' must be explicitly set to false";
  }
  const keyword = typeof type === 'string' ? UNSUPPORTED[type]?.find((name) => name in schema) : undefined;
  if (keyword !== undefined) return `For '${String(type)}' type, property '${keyword}' is not supported`;
  for (const [, inner] of innerSchemas(schema)) {
    const complaint = schemaComplaint(inner);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}
