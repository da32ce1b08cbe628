import type { JsonSchema } from '@nexus/contracts';
import { isObject, isSubSchema, type SubSchema } from '../schema-positions.ts';
import { greatest, least, type Attempt } from './attempt.ts';
import type { BuildValue } from './build-value.ts';

/** The shortest list for all parts at once; undefined when one of its items cannot be made. */
export function buildList(
  parts: readonly JsonSchema[],
  attempt: Attempt,
  { variant, build }: { variant: number; build: BuildValue },
): unknown[] | undefined {
  const contained = parts.filter((part) => isSubSchema(part['contains']));
  const wanted = contained.length === 0 ? 0 : greatest(contained, 'minContains', 1);
  const length = Math.ceil(Math.max(greatest(parts, 'minItems', 0), wanted));
  if (length > least(parts, 'maxItems', Infinity) || length > attempt.work.left) return undefined;
  const from = attempt.choose(length - wanted + 1);
  const unique = parts.some((part) => part['uniqueItems'] === true);
  const items: unknown[] = [];
  for (let at = 0; at < length; at += 1) {
    const containing = at >= from && at < from + wanted ? contained.map((part) => part['contains'] as SubSchema) : [];
    const schemas = [...parts.flatMap((part) => itemSchema(part, at)), ...containing];
    const item = build(schemas, attempt, { variant: unique ? variant + at : variant });
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

/** The schema a part has for the item at a place: of its tuple, else the one for the rest. */
function itemSchema(part: JsonSchema, at: number): SubSchema[] {
  const { items, prefixItems, additionalItems } = part;
  const tuple: unknown[] = Array.isArray(items) ? items : Array.isArray(prefixItems) ? prefixItems : [];
  const rest = Array.isArray(items) ? additionalItems : items;
  const schema = at < tuple.length ? tuple[at] : rest;
  return typeof schema === 'boolean' || isObject(schema) ? [schema] : [];
}
