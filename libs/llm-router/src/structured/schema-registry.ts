import type { JsonSchema } from '@nexus/contracts';
import { z } from 'zod';
import { compileSchema, type Validate } from './compile-schema.ts';
import { publishedSources } from './published-schemas.ts';

/** The names a caller may give as `schema_name`. */
export const SCHEMA_NAMES = ['excel_kakao_output', 'fix_suggestion'] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

/** A schema with a name: draft-07, the same as its file `schemas/<name>.schema.json`. */
export type PublishedSchema = { name: SchemaName; schema: JsonSchema; digest: string; validate: Validate };

const compiled = new Map<SchemaName, PublishedSchema>();

/** The schema of that name; undefined for every other text, which is never used as a path or as a member's name. */
export function publishedSchema(name: string): PublishedSchema | undefined {
  if (!isSchemaName(name)) return undefined;
  const known = compiled.get(name) ?? publish(name);
  compiled.set(name, known);
  return known;
}

/** The text of `schemas/<name>.schema.json`, for those who cannot read zod. Nothing reads these files at run time. */
export function schemaFileText(name: SchemaName): string {
  return `${JSON.stringify(publish(name).schema, null, 2)}\n`;
}

function isSchemaName(name: string): name is SchemaName {
  return (SCHEMA_NAMES as readonly string[]).includes(name);
}

function publish(name: SchemaName): PublishedSchema {
  const { $schema, ...written } = z.toJSONSchema(publishedSources[name], {
    target: 'draft-7',
    // What a model writes: a member with a default is not required of it.
    io: 'input',
    override: ({ jsonSchema }) => tidy(jsonSchema as JsonSchema),
  }) as JsonSchema;
  const schema = { $schema, title: name, ...written };
  const result = compileSchema(schema);
  if (!result.ok) throw new Error(`The published schema ${name} is not usable: ${result.problems.join(' ')}`);
  return { name, schema: result.schema, digest: result.digest, validate: result.validate };
}

/** Takes away what zod adds and a schema does not need: empty rules and the limits of JavaScript's integers. */
function tidy(schema: JsonSchema): void {
  const { additionalProperties, minimum, maximum } = schema;
  if (JSON.stringify(additionalProperties) === '{}') delete schema['additionalProperties'];
  if (minimum === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (maximum === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
}
