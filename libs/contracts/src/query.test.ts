import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { queryBoolean, queryInteger } from './query.ts';

const query = z.object({ limit: queryInteger(50, { min: 1, max: 200 }), dry: queryBoolean(false) });

test.each([
  [undefined, 50],
  ['1', 1],
  ['0', 1],
  ['-7', 1],
  ['201', 200],
  ['1e999', 200],
  ['12.9', 12],
])('limit=%s is %s', (text, expected) => {
  expect(query.parse(text === undefined ? {} : { limit: text }).limit).toBe(expected);
});

test.each(['', 'ten', 'NaN', '0x10', '1 ', 'Infinity'])('limit=%j is not a number', (text) => {
  expect(query.safeParse({ limit: text }).error?.issues[0]).toMatchObject({ path: ['limit'] });
});

test('a repeated parameter is not a number', () => {
  expect(query.safeParse({ limit: ['1', '2'] }).success).toBe(false);
});

test('booleans are true and false and nothing else', () => {
  expect(query.parse({ dry: 'true' }).dry).toBe(true);
  expect(query.parse({ dry: 'false' }).dry).toBe(false);
  expect(query.parse({}).dry).toBe(false);
  for (const text of ['1', 'yes', 'TRUE', '']) expect(query.safeParse({ dry: text }).success).toBe(false);
});
