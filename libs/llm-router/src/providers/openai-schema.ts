import type { JsonSchema } from '@nexus/contracts';
import { isJsonObject, objectsOf, type JsonObject } from './json-value.ts';

/** Keywords strict mode refuses with a 400 (OpenAI, "Structured outputs", supported schemas). */
const REFUSED = [
  'allOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'patternProperties',
  'propertyNames', 'unevaluatedProperties', 'unevaluatedItems', 'contains', 'minContains', 'maxContains', 'uniqueItems',
  'minLength', 'maxLength', 'default', 'prefixItems', 'definitions',
]; // prettier-ignore

/**
 * Whether OpenAI enforces the schema as it stands: an object at the root, every object closed
 * (`additionalProperties: false`) with all its properties required, and no keyword it refuses. Others are sent with
 * `strict: false`: then they guide the model, and the answer is validated here anyway.
 */
export function allowsStrict(schema: JsonSchema): boolean {
  return schema['type'] === 'object' && schema['anyOf'] === undefined && strictPart(schema);
}

function strictPart(schema: JsonObject): boolean {
  if (REFUSED.some((keyword) => keyword in schema)) return false;
  if (isObjectSchema(schema) && !closed(schema)) return false;
  const members = [schema['properties'], schema['$defs']].flatMap((map) =>
    isJsonObject(map) ? Object.values(map) : [],
  );
  const parts = [...members, schema['items'], ...objectsOf(schema['anyOf'])].filter((part) => part !== undefined);
  return parts.every((part) => isJsonObject(part) && strictPart(part));
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || properties !== undefined;
}

function closed(schema: JsonObject): boolean {
  const names = isJsonObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const required: unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  return schema['additionalProperties'] === false && names.every((name) => required.includes(name));
}

/** A schema's name as OpenAI takes it: letters, digits, `_` and `-`, at most 64. */
export function schemaName(name: string): string {
  const clean = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64);
  return clean === '' ? 'answer' : clean;
}
