import { expect, test } from '@jest/globals';
import { activeKey, keyFingerprint, parseKeyList } from './provider-keys.ts';

const list = (...keys: [id: string, active: boolean][]) =>
  keys.map(([id, active]) => ({ id, active, key: `secret-${id}` }));

test.each([
  ['the active id', { list: list(['a', true], ['b', true]), activeId: 'b', single: 'x' }, 'b'],
  [
    'the first active one when the named one is not',
    { list: list(['a', false], ['b', true]), activeId: 'a', single: 'x' },
    'b',
  ],
  ['the single key without a list', { list: undefined, activeId: 'a', single: 'x' }, 'default'],
  [
    'the single key when none of the list is active',
    { list: list(['a', false]), activeId: '', single: 'x' },
    'default',
  ],
])('%s', (_what, settings, id) => {
  expect(activeKey(settings)?.id).toBe(id);
});

test('nothing configured is no key', () => {
  expect(activeKey({ list: undefined, activeId: '', single: '' })).toBeUndefined();
});

test('a fingerprint tells keys apart and nothing more', () => {
  expect(keyFingerprint('a')).toBe('sha256:ca978112ca1b');
});

test.each([
  ['{', 'is not JSON'],
  ['[{"id":"a"}]', '0.key'],
  ['[{"id":"a","key":"hush"},{"id":"a","key":"hush"}]', 'same id'],
])('a bad list says why and no key: %s', (written, why) => {
  const read = parseKeyList(written);
  expect(read).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  expect(JSON.stringify(read)).not.toContain('hush');
});
