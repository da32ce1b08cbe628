import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalHash, canonicalJson } from './canonical-json.ts';

function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]));
}

test('means the same value as JSON does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value))),
    ),
  );
});

test('the order of members does not matter', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => expect(canonicalHash(reversed(value))).toBe(canonicalHash(value))));
});

test('the order of items, and every value, does', () => {
  expect(canonicalHash([1, 2])).not.toBe(canonicalHash([2, 1]));
  expect(canonicalHash({ a: 0 })).not.toBe(canonicalHash({ a: false }));
  expect(canonicalHash({ a: undefined })).toBe(canonicalHash({}));
});

test.each([4, 16, 17, 40])('%d members are in the order of their names', (count) => {
  const names = Array.from({ length: count }, (_, index) => `n${(index * 7919) % 97}`);
  const sorted = names.toSorted().map((name) => `"${name}":0`);
  expect(canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))).toBe(`{${sorted.join(',')}}`);
});
