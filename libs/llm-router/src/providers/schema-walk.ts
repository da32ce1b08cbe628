import { isJsonObject, type JsonObject } from './json-value.ts';

const MAPS = ['properties', '$defs'] as const;
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const;
const SINGLES = ['items', 'additionalProperties'] as const;

/** A schema whose direct subschemas were replaced by what `visit` makes of them. Names of properties are no keywords. */
export function mapSubschemas(schema: JsonObject, visit: (part: JsonObject) => unknown): Record<string, unknown> {
  const mapped: Record<string, unknown> = { ...schema };
  for (const keyword of MAPS) {
    const map = schema[keyword];
    if (isJsonObject(map))
      mapped[keyword] = Object.fromEntries(Object.entries(map).map(([name, part]) => [name, visitAny(part, visit)]));
  }
  for (const keyword of LISTS) {
    const list: unknown = schema[keyword];
    if (Array.isArray(list)) mapped[keyword] = list.map((part) => visitAny(part, visit));
  }
  for (const keyword of SINGLES) if (keyword in schema) mapped[keyword] = visitAny(schema[keyword], visit);
  return mapped;
}

function visitAny(part: unknown, visit: (part: JsonObject) => unknown): unknown {
  return isJsonObject(part) ? visit(part) : part;
}

/** The direct subschemas of a schema. */
export function subschemas(schema: JsonObject): JsonObject[] {
  const found: JsonObject[] = [];
  mapSubschemas(schema, (part) => found.push(part));
  return found;
}

/** The schema with draft-07's `definitions` under the name of later drafts, `$defs`, references included. */
export function withDefs(schema: JsonObject): JsonObject {
  const { definitions, $schema: _dialect, ...rest } = schema;
  const moved = isJsonObject(definitions) ? { ...rest, $defs: { ...definitions, ...(rest['$defs'] as object) } } : rest;
  return renameRefs(moved);
}

function renameRefs(schema: JsonObject): JsonObject {
  const ref = schema['$ref'];
  const renamed = mapSubschemas(schema, renameRefs);
  return typeof ref === 'string' ? { ...renamed, $ref: ref.replace(/^#\/definitions\//, '#/$defs/') } : renamed;
}

/** Whether a schema can reach itself through its references. */
export function isRecursive(schema: JsonObject): boolean {
  const defs = isJsonObject(schema['$defs']) ? schema['$defs'] : {};

  function reaches(part: JsonObject, open: readonly string[]): boolean {
    const ref = part['$ref'];
    if (typeof ref === 'string') {
      if (ref === '#' || open.includes(ref)) return true;
      const target = defs[ref.replace('#/$defs/', '')];
      return isJsonObject(target) && reaches(target, [...open, ref]);
    }
    return subschemas({ ...part, $defs: undefined }).some((inner) => reaches(inner, open));
  }

  const named = Object.entries(defs).some(([name, part]) => isJsonObject(part) && reaches(part, [`#/$defs/${name}`]));
  return named || reaches(schema, []);
}
