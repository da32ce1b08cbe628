import type { JsonSchema } from '@nexus/contracts';
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fastFormats, fullFormats } from 'ajv-formats/dist/formats.js';
import { linearMatcher } from './pattern/linear-matcher.ts';
import { parsePattern } from './pattern/parse-pattern.ts';
import { canonicalJson } from '@nexus/runtime';
import { isObject, schemaPositions } from './schema-positions.ts';
import { createValidationBudget, type ValidationBudget } from './validation-budget.ts';

/** The drafts a schema may be written in. */
export type Draft = 'draft-07' | '2020-12';

const dialects = { 'draft-07': Ajv, '2020-12': Ajv2020 };

/** Strings above this length match no format but `byte`: some formats take quadratic time on hostile text. */
const MOST_FORMAT_CHARACTERS = 2_048;
/** Left out because its pattern takes cubic time; as unknown formats do, it allows every string. */
const UNCHECKED_FORMATS = ['url'];
/** Added to every schema of a document, so that each look at a value is counted. No caller's keyword has this name. */
const STEPS = 'nexus:steps';

/**
 * A validator of its own: ajv keeps what it compiled for ever, so an instance must go with its schema. `schema` has
 * passed the inspection. Throws what ajv throws about a schema it cannot compile. Not reentrant, like all of ajv.
 */
export function compileBounded(
  schema: JsonSchema,
  draft: Draft,
): { check: ValidateFunction; budget: ValidationBudget } {
  const budget = createValidationBudget();
  const ajv = new dialects[draft](optionsFor(budget));
  ajv.addKeyword({
    keyword: STEPS,
    schemaType: 'number',
    errors: false,
    validate: (weight: number, value: unknown) => {
      budget.charge(weight + (typeof value === 'string' ? value.length / 16 : 0));
      return true;
    },
  });
  // Ajv compares every pair of items; this takes one pass.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must NOT have duplicate items' },
    validate: (wanted: boolean, items: unknown[]) => !wanted || distinct(items, budget),
  });
  addFormats(ajv, budget);
  const { $schema: _draft, $id: _name, ...rest } = schema;
  return { check: ajv.compile(weighed(rest)), budget };
}

function optionsFor(budget: ValidationBudget): Options {
  return {
    strict: false,
    allErrors: true,
    // `required: ["toString"]` asks for a member of the answer, not for one every object inherits.
    ownProperties: true,
    inlineRefs: false,
    meta: false,
    validateSchema: false,
    logger: false,
    code: { regExp: Object.assign((pattern: string) => boundedPattern(pattern, budget), { code: 'linear' }) },
  };
}

function boundedPattern(pattern: string, budget: ValidationBudget) {
  const parsed = parsePattern(pattern);
  if (!parsed.ok) throw new Error(`The pattern ${parsed.problem}.`);
  // Ajv keeps patterns apart by their text.
  return { test: linearMatcher(parsed.node, (steps) => budget.charge(2 * steps)), toString: () => `linear:${pattern}` };
}

function distinct(items: unknown[], budget: ValidationBudget): boolean {
  const texts = items.map((item) => canonicalJson(item));
  budget.charge(texts.reduce((sum, text) => sum + text.length / 16 + 1, 0));
  return new Set(texts).size === texts.length;
}

function addFormats(ajv: Ajv, budget: ValidationBudget): void {
  // The full pattern of this one takes cubic time.
  const formats = { ...fullFormats, 'uri-reference': fastFormats['uri-reference'] };
  for (const [name, format] of Object.entries(formats) as [string, unknown][]) {
    if (format === true || UNCHECKED_FORMATS.includes(name)) ajv.addFormat(name, true);
    else if (isObject(format) && format['type'] === 'number') ajv.addFormat(name, format as NumberFormat);
    else ajv.addFormat(name, (text) => acceptsBounded({ name, format, budget }, text));
  }
}

function acceptsBounded(
  { name, format, budget }: { name: string; format: unknown; budget: ValidationBudget },
  text: string,
): boolean {
  if (name === 'byte') return accepts(format, text);
  if (text.length > MOST_FORMAT_CHARACTERS) return false;
  budget.charge(text.length ** 2 / 50);
  return accepts(format, text);
}

type NumberFormat = { type: 'number'; validate: (value: number) => boolean };

function accepts(format: unknown, text: string): boolean {
  if (format instanceof RegExp) return format.test(text);
  if (typeof format === 'function') return (format as (text: string) => unknown)(text) === true;
  return isObject(format) && accepts(format['validate'], text);
}

/** A copy in which every schema says what one look at it costs. */
function weighed(schema: JsonSchema): JsonSchema {
  const copy = JSON.parse(JSON.stringify(schema)) as JsonSchema;
  for (const { schema: part } of schemaPositions(copy)) if (typeof part !== 'boolean') part[STEPS] = weightOf(part);
  return copy;
}

function weightOf(schema: JsonSchema): number {
  const containers = Object.values(schema).filter((value) => typeof value === 'object' && value !== null);
  const members = containers.reduce((sum: number, container) => sum + Object.keys(container).length, 0);
  return 20 + 4 * members + canonicalJson([schema['const'] ?? null, schema['enum'] ?? null]).length / 4;
}
