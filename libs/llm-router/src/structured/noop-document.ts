import { buildValue } from './noop/build-value.ts';
import { planOf } from './noop/attempt.ts';
import { compileSchema, type CompiledSchema } from './compile-schema.ts';
import type { Choose } from './pattern/example-of-pattern.ts';
import { isObject } from './schema-positions.ts';
import { publishedSchema, type SchemaName } from './schema-registry.ts';

/** `reasons` are for the author of the schema. */
export type NoopDocument = { ok: true; document: Record<string, unknown> } | { ok: false; reasons: string[] };

const TRIES = 200;
/** Work of one try and of all of them: visits of schemas and members, and a hundredth of the steps of validations. */
const WORK_OF_A_TRY = 5_000;
const WORK_OF_ALL = 60_000;

/**
 * A document that is valid against the schema, for the answer when no model is there to give one: the same each time, as
 * small as is easily done, its free texts "LLM_DISABLED". Always validated; a schema that allows no object, or only
 * one that is too hard to find (`not`, contradictions, many choices that depend on each other), gives reasons instead.
 */
export function noopDocument(schema: SchemaName | Record<string, unknown>): NoopDocument {
  if (schema === 'excel_kakao_output') return { ok: true, document: excelKakaoNoop() };
  const compiled = compileSchema(typeof schema === 'string' ? publishedSchema(schema)?.schema : schema);
  return compiled.ok ? search(compiled) : { ok: false, reasons: compiled.problems };
}

/** Agents know this one by its text; it is part of the interface. */
function excelKakaoNoop(): Record<string, unknown> {
  return { action: 'noop', result: { text: 'LLM_DISABLED' }, warnings: ['LLM disabled'] };
}

function search({ schema, validate, cost }: CompiledSchema & { ok: true }): NoopDocument {
  const plan = planOf(schema);
  let reasons: string[] | undefined;
  let left = WORK_OF_ALL;
  for (let number = 0; number < TRIES && left > 0; number += 1) {
    const work = { left: WORK_OF_A_TRY, depth: 0 };
    const value = buildValue([schema, { type: 'object' }], { ...plan, choose: chooser(number), work }, { variant: 0 });
    left -= WORK_OF_A_TRY - work.left + 1;
    if (!isObject(value)) continue;
    const errors = validate(value);
    left -= cost() / 100;
    if (errors.length === 0) return { ok: true, document: value };
    reasons ??= errors;
  }
  return { ok: false, reasons: ['No document that meets the schema was found.', ...(reasons ?? [])] };
}

/** The first try takes the first of every choice, the next ones the second, third …; then it is drawn, with a fixed seed. */
function chooser(number: number): Choose {
  if (number < 8) return (count) => Math.min(number, count - 1);
  const draw = drawing(number);
  const firstOfAll = (number % 4) / 4;
  return (count) => (draw() < firstOfAll ? 0 : Math.floor(draw() * count));
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function drawing(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
