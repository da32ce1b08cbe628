import type { JsonSchema } from '@nexus/contracts';
import { canonicalJson } from '@nexus/runtime';
import type { SubSchema } from '../schema-positions.ts';
import { expand, type Attempt } from './attempt.ts';
import { buildList } from './build-list.ts';
import { buildNumber } from './build-number.ts';
import { buildObject } from './build-object.ts';
import { buildText } from './build-text.ts';

/** Makes a value that probably meets all schemas at once; undefined when it cannot. */
export type BuildValue = (schemas: readonly SubSchema[], attempt: Attempt, options: { variant: number }) => unknown;

const DEEPEST_VALUE = 40;

/** See {@link BuildValue}. The whole document is checked at the end, so a wrong value costs a try and nothing else. */
export function buildValue(schemas: readonly SubSchema[], attempt: Attempt, { variant }: { variant: number }): unknown {
  const { work } = attempt;
  if (work.depth >= DEEPEST_VALUE || work.left < 0) return undefined;
  const parts = expand(schemas, attempt);
  if (parts === undefined) return undefined;
  const fixed = fixedValues(parts);
  work.left -= (fixed?.length ?? 0) / 5;
  if (fixed !== undefined) return fixed[(attempt.choose(Math.max(1, fixed.length)) + variant) % fixed.length];
  const types = typesOf(parts);
  work.depth += 1;
  const value = buildType(types[attempt.choose(Math.max(1, types.length))], parts, { attempt, variant });
  work.depth -= 1;
  return value;
}

function buildType(
  type: string | undefined,
  parts: readonly JsonSchema[],
  { attempt, variant }: { attempt: Attempt; variant: number },
): unknown {
  switch (type) {
    case 'object':
      return buildObject(parts, attempt, { variant, build: buildValue });
    case 'array':
      return buildList(parts, attempt, { variant, build: buildValue });
    case 'string':
      return buildText(parts, attempt, variant);
    case 'integer':
      return buildNumber([...parts, { type }], attempt, variant);
    case 'number':
      return buildNumber(parts, attempt, variant);
    case 'boolean':
      return (attempt.choose(2) + variant) % 2 === 1;
    case 'null':
      return null;
    default:
      return undefined;
  }
}

/** The values that `const` and `enum` of all parts leave; undefined when no part has either. */
function fixedValues(parts: readonly JsonSchema[]): unknown[] | undefined {
  const lists = parts.flatMap((part) => [
    ...('const' in part ? [[part['const']]] : []),
    ...(Array.isArray(part['enum']) ? [part['enum'] as unknown[]] : []),
  ]);
  const [first, ...others] = lists.map((list) => new Map(list.map((value) => [canonicalJson(value), value])));
  if (first === undefined) return undefined;
  return [...first].filter(([text]) => others.every((other) => other.has(text))).map(([, value]) => value);
}

const KEYWORDS = {
  object: ['properties', 'required', 'additionalProperties', 'minProperties', 'patternProperties', 'propertyNames'],
  array: ['items', 'prefixItems', 'minItems', 'contains', 'uniqueItems'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
};

/** The types all parts allow, the likeliest first: as the author lists them, or as the keywords hint. */
function typesOf(parts: readonly JsonSchema[]): string[] {
  const lists = parts.flatMap(({ type }) => (type === undefined ? [] : [[type].flat() as string[]]));
  const [first, ...others] = lists;
  if (first !== undefined) {
    const integer = lists.some((list) => list.includes('integer') && !list.includes('number'));
    const names = first.map((type) => (type === 'number' && integer ? 'integer' : type));
    return names.filter((type) =>
      others.every((list) => list.includes(type) || (type === 'integer' && list.includes('number'))),
    );
  }
  const hinted = Object.entries(KEYWORDS).filter(([, keywords]) =>
    keywords.some((keyword) => parts.some((part) => keyword in part)),
  );
  return [...new Set([...hinted.map(([type]) => type), 'string', 'null', 'object', 'array', 'integer', 'boolean'])];
}
