import type { JsonSchema } from '@nexus/contracts';
import { exampleOfPattern } from '../pattern/example-of-pattern.ts';
import { isObject, isSubSchema, type SubSchema } from '../schema-positions.ts';
import { expand, greatest, least, ownMember, type Attempt } from './attempt.ts';
import type { BuildValue } from './build-value.ts';

type Building = { variant: number; build: BuildValue };

/** An object for all parts at once, with as few members as the choices allow; undefined when one cannot be made. */
export function buildObject(
  given: readonly JsonSchema[],
  attempt: Attempt,
  building: Building,
): Record<string, unknown> | undefined {
  const members = membersFor(given, attempt, building);
  if (members === undefined || members.names.length > least(members.parts, 'maxProperties', Infinity)) return undefined;
  const entries: [string, unknown][] = [];
  for (const name of members.names) {
    attempt.work.left -= members.parts.length / 50;
    const value = building.build(memberSchemas(members.parts, name, attempt), attempt, { variant: building.variant });
    if (value === undefined) return undefined;
    entries.push([name, value]);
  }
  // Unlike an assignment, this makes a member of "__proto__".
  return Object.fromEntries(entries);
}

type Members = { parts: JsonSchema[]; names: string[] };

/** A member may bring more members and more schemas with it, and those again. */
function membersFor(given: readonly JsonSchema[], attempt: Attempt, building: Building): Members | undefined {
  const parts = [...given];
  const names = new Set(chosenMembers(given, attempt));
  const applied = new Set<SubSchema>();
  for (let known = -1; known < parts.length + names.size;) {
    known = parts.length + names.size;
    attempt.work.left -= 1 + (parts.length * names.size) / 50;
    for (const name of parts.flatMap((part) => listOf(part['required']))) names.add(name);
    addMissing({ parts, names, attempt, building });
    const brought = bringing(parts, names).filter((schema) => !applied.has(schema));
    for (const schema of brought) applied.add(schema);
    const more = expand(brought, attempt);
    if (more === undefined) return undefined;
    parts.push(...more);
  }
  return { parts, names: [...names] };
}

/** None of the optional members, all of them, or some. */
function chosenMembers(parts: readonly JsonSchema[], { choose }: Attempt): string[] {
  const declared = declaredMembers(parts);
  if (declared.length === 0) return [];
  const choice = choose(3);
  return declared.filter(() => choice === 1 || (choice === 2 && choose(2) === 1));
}

function declaredMembers(parts: readonly JsonSchema[]): string[] {
  return parts.flatMap(({ properties }) => (isObject(properties) ? Object.keys(properties) : []));
}

function addMissing({
  parts,
  names,
  attempt,
  building,
}: Omit<Members, 'names'> & { names: Set<string>; attempt: Attempt; building: Building }): void {
  const wanted = greatest(parts, 'minProperties', 0);
  for (const name of declaredMembers(parts)) if (names.size < wanted) names.add(name);
  for (let tries = 0; names.size < wanted && tries < wanted + 20 && attempt.work.left > 0; tries += 1) {
    attempt.work.left -= 1;
    names.add(newName(parts, attempt, { ...building, variant: tries }));
  }
}

function newName(parts: readonly JsonSchema[], attempt: Attempt, { variant, build }: Building): string {
  const rules = parts.map((part) => part['propertyNames']).filter((rule) => isSubSchema(rule));
  if (rules.length > 0) {
    const name = build([...rules, { type: 'string' }], attempt, { variant });
    if (typeof name === 'string') return name;
  }
  const patterns = parts.flatMap(({ patternProperties }) => Object.keys(patternProperties ?? {}));
  const node = attempt.pattern(patterns[attempt.choose(Math.max(1, patterns.length))] ?? '')?.node;
  const example =
    patterns.length > 0 && node
      ? exampleOfPattern(node, { choose: attempt.choose, spare: { left: variant }, stretch: true })
      : undefined;
  return example ?? `member_${variant + 1}`;
}

/** Schemas that apply because a member is there. */
function bringing(parts: readonly JsonSchema[], names: Set<string>): SubSchema[] {
  return parts.flatMap((part) =>
    [part['dependencies'], part['dependentSchemas'], part['dependentRequired']].flatMap((rules) =>
      [...names].flatMap((name) => {
        const rule = ownMember(rules, name) as unknown;
        for (const more of listOf(rule)) names.add(more);
        return isSubSchema(rule) ? [rule] : [];
      }),
    ),
  );
}

function memberSchemas(parts: readonly JsonSchema[], name: string, attempt: Attempt): SubSchema[] {
  const found = parts.flatMap((part) => {
    const declared = ownMember(part['properties'], name);
    const patterns = Object.entries((part['patternProperties'] ?? {}) as Record<string, SubSchema>);
    attempt.work.left -= patterns.length / 2;
    const matching = patterns.filter(([source]) => attempt.pattern(source)?.matches(name)).map(([, schema]) => schema);
    const own = declared === undefined ? matching : [declared, ...matching];
    const other = part['additionalProperties'];
    return own.length > 0 || !isSubSchema(other) ? own : [other];
  });
  if (found.length > 0) return found;
  return parts.map((part) => part['unevaluatedProperties']).filter((rule) => isSubSchema(rule));
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
