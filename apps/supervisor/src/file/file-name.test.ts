import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contentDisposition, decodeFileName } from './file-name.ts';

describe('decodeFileName', () => {
  test.each([
    ['chat.txt', 'chat.txt'],
    [encodeURIComponent('카카오톡 대화.txt'), '카카오톡 대화.txt'],
    ['..%2F..%2Fetc%2Fpasswd', 'passwd'],
    ['C%3A%5Cusers%5Cchat.txt', 'chat.txt'],
    ['a%0D%0ASet-Cookie%3A%20x.txt', 'aSet-Cookie: x.txt'],
    ['gpj%E2%80%AEexe.txt', 'gpjexe.txt'],
    [encodeURIComponent('한글.txt'.normalize('NFD')), '한글.txt'],
  ])('%s is %s', (header, name) => {
    expect(decodeFileName(header)).toEqual({ ok: true, name });
  });

  test.each(['%', '%E0%A4%A', '', '%20', '.', '..', 'folder%2F', '%00', encodeURIComponent('가'.repeat(86))])(
    '%s is no name',
    (header) => {
      expect(decodeFileName(header).ok).toBe(false);
    },
  );

  test('255 bytes are a name', () => {
    expect(decodeFileName(encodeURIComponent('가'.repeat(85))).ok).toBe(true);
  });
});

test('Content-Disposition is one header with the name in it, whatever the name', () => {
  expect(contentDisposition('a "b" (1).txt')).toBe(
    `attachment; filename="a _b_ (1).txt"; filename*=UTF-8''a%20%22b%22%20%281%29.txt`,
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }), (name) => {
      const header = contentDisposition(name);
      expect(header).toMatch(/^[\x20-\x7e]+$/);
      expect(decodeURIComponent(header.split("UTF-8''")[1] ?? '')).toBe(name);
      expect(header.split('"')).toHaveLength(3);
    }),
  );
});
