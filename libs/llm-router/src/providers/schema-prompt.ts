import type { JsonSchema } from '@nexus/contracts';
import type { ModelMessage } from '../model.ts';

/** The messages with the schema as one more system message: for providers that cannot enforce it. */
export function withSchemaPrompt(messages: ModelMessage[], schema: JsonSchema): ModelMessage[] {
  return [{ role: 'system', content: schemaPrompt(schema) }, ...messages];
}

/** Tells a model to answer with a document of a schema. */
export function schemaPrompt(schema: JsonSchema): string {
  return `Answer with one JSON object that is valid against this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
}
