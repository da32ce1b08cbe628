import { isObject, listOf, objectOf } from '../json-value.ts';

const NESTED = ['properties', '$defs', 'definitions'] as const;
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const;

/**
 * What strict mode would complain about: every object must forbid other properties and require all of its own.
 * undefined if the schema is accepted.
 */
export function strictSchemaComplaint(schema: unknown, path: readonly string[] = []): string | undefined {
  if (!isObject(schema)) return undefined;
  const context = `In context=(${path.map((step) => `'${step}'`).join(', ')}),`;
  const names = Object.keys(objectOf(schema['properties']));
  const isObjectSchema = schema['type'] === 'object' || names.length > 0;
  if (isObjectSchema && schema['additionalProperties'] !== false) {
    return `${context} 'additionalProperties' is required to be supplied and to be false.`;
  }
  const required = listOf(schema['required']);
  const missing = names.find((name) => !required.includes(name));
  if (missing !== undefined) {
    return `${context} 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
  }
  for (const [step, inner] of innerSchemas(schema)) {
    const complaint = strictSchemaComplaint(inner, [...path, ...step]);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** The schemas directly inside a schema, each with the path to it. */
export function innerSchemas(schema: Readonly<Record<string, unknown>>): [path: string[], schema: unknown][] {
  const nested = NESTED.flatMap((keyword) =>
    Object.entries(objectOf(schema[keyword])).map(([name, inner]): [string[], unknown] => [[keyword, name], inner]),
  );
  const listed = LISTS.flatMap((keyword) =>
    listOf(schema[keyword]).map((inner, index): [string[], unknown] => [[keyword, String(index)], inner]),
  );
  return [
    ...nested,
    ...listed,
    ...(isObject(schema['items']) ? [[['items'], schema['items']] as [string[], unknown]] : []),
  ];
}
