import type { JsonSchema } from '@nexus/contracts';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { compileBounded, type Draft } from './bounded-ajv.ts';
import { inspectSchema, sizeProblem } from './inspect-schema.ts';
import { schemaDigest } from './schema-digest.ts';
import { BudgetUsedUp } from './validation-budget.ts';
import { validationErrors } from './validation-errors.ts';

/** What is wrong with a document, at most five lines for people and models; empty = valid. Bounded in time, never throws. */
export type Validate = (value: unknown) => string[];

/**
 * `digest` is that of the schema's canonical JSON: 64 hex digits, the order of keys does not count. `cost` tells the
 * steps of the last validation, for those who validate many times.
 */
export type CompiledSchema =
  | { ok: true; schema: JsonSchema; digest: string; validate: Validate; cost: () => number }
  | { ok: false; problems: string[] };

/** Compiled schemas kept at most: some 5 KB each, and compiling takes milliseconds. */
const MOST_KEPT = 200;
/** Used longest ago first. */
const kept = new Map<string, CompiledSchema & { ok: true }>();

/**
 * Makes a validator of a schema that a stranger wrote: draft-07, or 2020-12 when its `$schema` says so. Bounded in size,
 * depth and validation time; only references inside the document, only patterns that are matched in linear time, formats
 * checked, unknown keywords and formats ignored. A refused schema comes back with problems for its author to read.
 * The schema is copied: changing it later changes nothing here.
 */
export function compileSchema(schema: unknown): CompiledSchema {
  const problem = sizeProblem(schema);
  if (problem !== undefined) return { ok: false, problems: [problem] };
  const copy = JSON.parse(JSON.stringify(schema)) as JsonSchema;
  const digest = schemaDigest(copy);
  const known = kept.get(digest);
  const compiled = known ?? compileNew(copy, digest);
  if (!compiled.ok) return compiled;
  kept.delete(digest);
  kept.set(digest, compiled);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  return compiled;
}

/** How many compiled schemas are kept now, never above 200. */
export function keptSchemas(): number {
  return kept.size;
}

function compileNew(schema: JsonSchema, digest: string): CompiledSchema {
  const inspection = inspectSchema(schema);
  if (!inspection.ok) return inspection;
  const draft = draftOf(schema);
  if (draft === undefined) {
    return { ok: false, problems: ['#/$schema: only draft-07 and draft 2020-12 are supported.'] };
  }
  const problems = metaSchemaProblems(schema, draft) ?? rootProblems(schema);
  if (problems !== undefined) return { ok: false, problems };
  try {
    const { check, budget } = compileBounded(schema, draft);
    return { ok: true, schema, digest, validate: (value) => validateWith(check, budget, value), cost: budget.used };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    return { ok: false, problems: [`The schema cannot be compiled: ${reason.slice(0, 300)}`] };
  }
}

function validateWith(
  check: ReturnType<typeof compileBounded>['check'],
  budget: ReturnType<typeof compileBounded>['budget'],
  value: unknown,
): string[] {
  budget.refill();
  try {
    return check(value) === true ? [] : validationErrors(check.errors ?? []);
  } catch (error) {
    // A RangeError is the stack's end: a document nested deeper than any schema needs.
    if (!(error instanceof BudgetUsedUp) && !(error instanceof RangeError)) throw error;
    return ['/: is too large or too deep to be checked with this schema; a shorter document is needed.'];
  } finally {
    check.errors = null;
  }
}

function draftOf({ $schema = 'draft-07' }: JsonSchema): Draft | undefined {
  if (typeof $schema !== 'string') return undefined;
  if ($schema === 'draft-07' || /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/.test($schema)) return 'draft-07';
  return /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test($schema) ? '2020-12' : undefined;
}

/** Only these two know the meta-schemas: compiling them takes longer than compiling a schema. They keep nothing else. */
const judges = {
  'draft-07': () => new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false }),
  '2020-12': () => new Ajv2020({ strict: false, allErrors: true, validateFormats: false, logger: false }),
};
const judging = new Map<Draft, Ajv>();

function metaSchemaProblems(schema: JsonSchema, draft: Draft): string[] | undefined {
  const judge = judging.get(draft) ?? judges[draft]();
  judging.set(draft, judge);
  const { $schema: _draft, ...rest } = schema;
  if (judge.validateSchema(rest) === true) return undefined;
  return validationErrors(judge.errors ?? []).map((problem) => `#${problem}`);
}

/** Structured answers are objects: a schema that allows none could never be met. */
function rootProblems({ type }: JsonSchema): string[] | undefined {
  if (type === undefined || [type].flat().includes('object')) return undefined;
  return ['#/type: must allow "object", because an answer is one JSON object.'];
}
