import type { JsonSchema } from '@nexus/contracts';
import { parsePattern } from './pattern/parse-pattern.ts';
import { isObject, normalPointer, schemaPositions, subSchemas, type SchemaPosition } from './schema-positions.ts';

/** UTF-8 bytes of a schema as JSON, at most. */
export const MOST_SCHEMA_BYTES = 65_536;
/** Objects and arrays inside each other, at most. */
export const MOST_SCHEMA_DEPTH = 32;
/** Objects and arrays of a schema, at most. */
export const MOST_SCHEMA_NODES = 2_000;

/** What was found in a schema: problems in words for its author, or every schema position, the root first. */
export type Inspection = { ok: true; positions: SchemaPosition[] } | { ok: false; problems: string[] };

/**
 * Looks for everything that could hurt whoever validates with a schema of a stranger, once `sizeProblem` found nothing:
 * remote or endless references, patterns that cannot be matched in linear time, keywords that change what a reference means.
 */
export function inspectSchema(schema: JsonSchema): Inspection {
  const positions = schemaPositions(schema);
  const known = new Set(positions.map(({ pointer }) => pointer));
  const problems = positions.flatMap((position) => positionProblems(position, known));
  if (problems.length > 0) return { ok: false, problems };
  const endless = endlessPosition(positions);
  if (endless === undefined) return { ok: true, positions };
  return refusal(`${endless}: applies itself to the same value again and again; refer to it for a part of the value.`);
}

function refusal(problem: string): Inspection {
  return { ok: false, problems: [problem] };
}

/** What is wrong with the size of a schema, or with its not being an object; cheap, and safe on anything. */
export function sizeProblem(schema: unknown): string | undefined {
  if (!isObject(schema)) return 'The schema must be a JSON object.';
  let nodes = 0;
  const open: { value: object; depth: number }[] = [{ value: schema, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    nodes += 1;
    if (next.depth > MOST_SCHEMA_DEPTH) return `The schema is nested deeper than ${MOST_SCHEMA_DEPTH} levels.`;
    if (nodes > MOST_SCHEMA_NODES) return `The schema has more than ${MOST_SCHEMA_NODES} objects and arrays.`;
    for (const member of Object.values(next.value) as unknown[]) {
      if (typeof member === 'object' && member !== null) open.push({ value: member, depth: next.depth + 1 });
    }
  }
  // Only now: a text of bounded depth cannot overflow the stack, and nothing that refers to itself comes this far.
  const bytes = Buffer.byteLength(JSON.stringify(schema));
  return bytes > MOST_SCHEMA_BYTES ? `The schema is larger than ${MOST_SCHEMA_BYTES} bytes.` : undefined;
}

/** Keywords that move the base of references, or make them depend on the way a schema was reached. */
const MOVING = ['$id', 'id', '$anchor', '$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor'];

function positionProblems({ pointer, schema }: SchemaPosition, known: ReadonlySet<string>): string[] {
  if (typeof schema === 'boolean') return [];
  const problems = patternsOf(schema).flatMap(({ where, pattern }) => {
    const parsed = parsePattern(pattern);
    return parsed.ok ? [] : [`${pointer}/${where}: the pattern ${parsed.problem}.`];
  });
  const moving = MOVING.filter((keyword) => schema[keyword] !== undefined && !(pointer === '#' && keyword === '$id'));
  problems.push(...moving.map((keyword) => `${pointer}: ${keyword} is not supported; use $ref with "#/…".`));
  const reference = schema['$ref'];
  if (typeof reference === 'string' && !known.has(normalPointer(reference) ?? '')) {
    problems.push(`${pointer}/$ref: must be "#" or "#/…" and lead to a schema inside this document.`);
  }
  // Ajv passes over members of this name without a word.
  const passedOver = ['properties', 'patternProperties', 'definitions', '$defs', 'dependencies', 'dependentSchemas'];
  for (const keyword of passedOver.filter(
    (name) => isObject(schema[name]) && Object.hasOwn(schema[name], '__proto__'),
  )) {
    problems.push(`${pointer}/${keyword}: a member named __proto__ is not supported.`);
  }
  if (schema['$async'] !== undefined) problems.push(`${pointer}: $async is not supported.`);
  return problems;
}

function patternsOf(schema: JsonSchema): { where: string; pattern: string }[] {
  const { pattern, patternProperties } = schema;
  const own = typeof pattern === 'string' ? [{ where: 'pattern', pattern }] : [];
  const names = isObject(patternProperties) ? Object.keys(patternProperties) : [];
  return [...own, ...names.map((name) => ({ where: 'patternProperties', pattern: name }))];
}

/** The first schema that leads back to itself without going into the value; undefined when there is none. */
function endlessPosition(positions: SchemaPosition[]): string | undefined {
  const edges = new Map(positions.map((position) => [position.pointer, inPlaceTargets(position)]));
  const state = new Map<string, 'open' | 'done'>();

  function leadsBack(pointer: string): boolean {
    if (state.has(pointer)) return state.get(pointer) === 'open';
    state.set(pointer, 'open');
    const found = (edges.get(pointer) ?? []).some(leadsBack);
    state.set(pointer, 'done');
    return found;
  }

  return positions.find(({ pointer }) => leadsBack(pointer))?.pointer;
}

function inPlaceTargets({ pointer, schema }: SchemaPosition): string[] {
  if (typeof schema === 'boolean') return [];
  const inside = subSchemas(schema, pointer).filter(({ inPlace }) => inPlace);
  const reference = typeof schema['$ref'] === 'string' ? normalPointer(schema['$ref']) : undefined;
  return [...inside.map((position) => position.pointer), ...(reference === undefined ? [] : [reference])];
}
