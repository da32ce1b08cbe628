import { expect, test } from '@jest/globals';
import { activeKeys, parseSigningKeys } from './signing-keys.ts';

test.each([
  '[{"id":"a","secret":"s"}]',
  '{"secrets":[{"key_id":"a","key":"s","active":true}]}',
  '{"keys":[{"id":"a","secret":"s","rotated_at":null,"deactivate_at":null}]}',
])('reads %s', (text) => {
  expect(parseSigningKeys(text)).toEqual({ ok: true, keys: [{ id: 'a', secret: 's', active: true }] });
});

test.each([
  ['nothing', ''],
  ['no JSON', '[{'],
  ['another shape', '{"a":1}'],
  ['an empty list', '[]'],
  ['an empty named list', '{"keys":[]}'],
  ['no secret', '[{"id":"a"}]'],
  ['no id', '[{"secret":"a"}]'],
  ['an empty secret', '[{"id":"a","secret":""}]'],
  ['a whsec_ without bytes', '[{"id":"a","secret":"whsec_"}]'],
  ['an id twice', '[{"id":"a","secret":"s1"},{"id":"a","secret":"s2"}]'],
])('refuses %s and shows no secret', (_what, text) => {
  const result = parseSigningKeys(text);
  expect(result.ok).toBe(false);
  expect(JSON.stringify(result)).not.toContain('s1');
});

test('a key is good while active and before deactivate_at', () => {
  const keys = [
    { id: 'new', secret: 'n', active: true, rotated_at: 1000 },
    { id: 'old', secret: 'o', active: true, deactivate_at: 1010 },
    { id: 'off', secret: 'x', active: false },
  ];
  expect(activeKeys(keys, 1009).map((key) => key.id)).toEqual(['new', 'old']);
  expect(activeKeys(keys, 1010).map((key) => key.id)).toEqual(['new']);
});
