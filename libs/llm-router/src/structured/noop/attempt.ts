import type { JsonSchema } from '@nexus/contracts';
import { linearMatcher } from '../pattern/linear-matcher.ts';
import { parsePattern, type PatternNode } from '../pattern/parse-pattern.ts';
import type { Choose } from '../pattern/example-of-pattern.ts';
import { isObject, normalPointer, schemaPositions, type SubSchema } from '../schema-positions.ts';

/** What never changes while documents for one schema are tried. */
export type Plan = {
  /** The schema a `$ref` leads to. */
  resolve: (reference: unknown) => SubSchema | undefined;
  pattern: (source: string) => { node: PatternNode; matches: (text: string) => boolean } | undefined;
};

/** One try: `choose` decides wherever a schema leaves a choice, `work` is what may still be done. */
export type Attempt = Plan & { choose: Choose; work: { left: number; depth: number } };

/** Reads what is the same for every try. The schema has been compiled, so that references and patterns are sound. */
export function planOf(schema: JsonSchema): Plan {
  const positions = new Map(schemaPositions(schema).map((position) => [position.pointer, position.schema]));
  const patterns = new Map<string, ReturnType<Plan['pattern']>>();

  function read(source: string): ReturnType<Plan['pattern']> {
    const parsed = parsePattern(source);
    return parsed.ok ? { node: parsed.node, matches: linearMatcher(parsed.node, () => undefined) } : undefined;
  }

  return {
    resolve: (reference) => (typeof reference === 'string' ? positions.get(normalPointer(reference) ?? '') : undefined),
    pattern(source) {
      const known = patterns.get(source) ?? read(source);
      patterns.set(source, known);
      return known;
    },
  };
}

/**
 * The schemas a value has to meet at once: references followed, every `allOf`, one branch of each choice. Undefined when
 * nothing can meet them, or the work is used up. `not` is left to the check of the whole document.
 */
export function expand(schemas: readonly SubSchema[], attempt: Attempt): JsonSchema[] | undefined {
  const parts: JsonSchema[] = [];
  const open = [...schemas];
  for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
    attempt.work.left -= 1;
    if (schema === false || attempt.work.left < 0) return undefined;
    if (schema === true) continue;
    parts.push(schema);
    open.push(...appliedBy(schema, attempt));
  }
  return parts;
}

function appliedBy(schema: JsonSchema, { resolve, choose }: Attempt): SubSchema[] {
  const applied = listOf(schema['allOf']);
  if (schema['$ref'] !== undefined) applied.push(resolve(schema['$ref']) ?? false);
  for (const options of [listOf(schema['anyOf']), listOf(schema['oneOf'])]) {
    if (options.length > 0) applied.push(options[choose(options.length)] ?? false);
  }
  if (schema['if'] === undefined) return applied;
  const branch = choose(2) === 0 ? [schema['else']] : [schema['if'], schema['then']];
  return [...applied, ...branch.filter((part) => part !== undefined)] as SubSchema[];
}

function listOf(value: unknown): SubSchema[] {
  return Array.isArray(value) ? [...(value as SubSchema[])] : [];
}

/** The greatest of a keyword's numbers over all parts; `otherwise` when no part has it. */
export function greatest(parts: readonly JsonSchema[], keyword: string, otherwise: number): number {
  return Math.max(...numbersOf(parts, keyword), ...(numbersOf(parts, keyword).length > 0 ? [] : [otherwise]));
}

/** The least of a keyword's numbers over all parts; `otherwise` when no part has it. */
export function least(parts: readonly JsonSchema[], keyword: string, otherwise: number): number {
  return Math.min(...numbersOf(parts, keyword), ...(numbersOf(parts, keyword).length > 0 ? [] : [otherwise]));
}

function numbersOf(parts: readonly JsonSchema[], keyword: string): number[] {
  return parts.map((part) => part[keyword]).filter((value) => typeof value === 'number');
}

/** A member of a schema's own, never an inherited one. */
export function ownMember(container: unknown, name: string): SubSchema | undefined {
  return isObject(container) && Object.hasOwn(container, name) ? (container[name] as SubSchema) : undefined;
}
