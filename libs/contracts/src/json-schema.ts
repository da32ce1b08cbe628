import { z } from 'zod';

/** A JSON Schema (draft 2020-12) as OpenAPI 3.1 embeds it. */
export type JsonSchema = { [keyword: string]: unknown };

/** Collects the named schemas of a document while schemas are written. */
export type SchemaWriter = {
  /** The schema of what a caller writes (`input`) or reads (`output`); named schemas become references. */
  write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema;
  /** Every named schema written so far, by name. */
  components(): Record<string, JsonSchema>;
};

/** A writer whose named schemas (`.meta({ id })`) end up under `#/components/schemas`. */
export function createSchemaWriter(): SchemaWriter {
  const components = new Map<string, JsonSchema>();

  function write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $defs, ...root } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => tidy(zodSchema, jsonSchema, io),
    }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    for (const [name, definition] of Object.entries($defs ?? {})) addComponent(name, definition);
    delete root['$schema'];
    return pointAtComponents(root);
  }

  function addComponent(name: string, definition: JsonSchema): void {
    const component = pointAtComponents(definition);
    delete component['id'];
    const known = components.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(component)) {
      throw new Error(
        `Two different schemas are named ${name}: what is written and what is read need names of their own.`,
      );
    }
    components.set(name, component);
  }

  return { write, components: () => Object.fromEntries([...components].sort(([a], [b]) => a.localeCompare(b))) };
}

/** Query parameters show what they mean rather than "a string"; readers may meet members that are added later. */
function tidy(zodSchema: z.core.$ZodTypes, jsonSchema: JsonSchema, io: 'input' | 'output'): void {
  const parameter = z.globalRegistry.get(zodSchema)?.['parameter'];
  if (parameter !== undefined) {
    delete jsonSchema['enum'];
    delete jsonSchema['anyOf'];
    delete jsonSchema['parameter'];
    Object.assign(jsonSchema, parameter);
  }
  if (io === 'output' && jsonSchema['additionalProperties'] === false) delete jsonSchema['additionalProperties'];
  // The format says it; the pattern of a leap-year-proof instant is 300 characters that help nobody.
  if (jsonSchema['format'] !== undefined) delete jsonSchema['pattern'];
}

function pointAtComponents(value: JsonSchema): JsonSchema {
  return JSON.parse(
    JSON.stringify(value).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'),
  ) as JsonSchema;
}
