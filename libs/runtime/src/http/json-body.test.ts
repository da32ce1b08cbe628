import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonDepth, parseJsonBody } from './json-body.ts';

describe('parseJsonBody', () => {
  test('reads every JSON value as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(parseJsonBody(Buffer.from(text))).toEqual({ ok: true, value: JSON.parse(text) as unknown });
      }),
    );
  });

  test('no bytes are undefined, a byte order mark is passed over', () => {
    expect(parseJsonBody(Buffer.alloc(0))).toEqual({ ok: true, value: undefined });
    expect(parseJsonBody(Buffer.from('\ufeff{"a":1}'))).toEqual({ ok: true, value: { a: 1 } });
  });

  test.each([
    ['cut JSON', Buffer.from('{"a":'), 'not valid JSON'],
    ['only blanks', Buffer.from('  '), 'not valid JSON'],
    ['a Latin-1 byte', Buffer.from([0x22, 0xe4, 0x22]), 'not valid UTF-8'],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'not valid UTF-8'],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'not valid UTF-8'],
    ['depth 65', Buffer.from('['.repeat(65) + ']'.repeat(65)), '65 levels'],
    ['depth 100000', Buffer.from('[{"a":'.repeat(50_000)), '100000 levels'],
    ['a __proto__ key', Buffer.from('{"a":{"__proto__":{"admin":true}}}'), '__proto__'],
    ['an escaped __proto__ key', Buffer.from('{"\\u005f_pr\\u006fto__" : 1}'), '__proto__'],
  ])('refuses %s', (_what, bytes, why) => {
    const result = parseJsonBody(bytes);
    expect(result).toMatchObject({ ok: false, reply: { problem: 'BAD_REQUEST' } });
    expect(JSON.stringify(result)).toContain(why);
  });

  test('the word __proto__ in a text is no key', () => {
    expect(parseJsonBody(Buffer.from('{"a":"__proto__"}'))).toMatchObject({ ok: true });
  });
});

describe('jsonDepth', () => {
  test('64 levels are within the limit', () => {
    expect(jsonDepth(Buffer.from('['.repeat(64) + ']'.repeat(64)))).toBe(64);
    expect(parseJsonBody(Buffer.from('['.repeat(64) + ']'.repeat(64))).ok).toBe(true);
  });
  test('brackets in texts do not count', () => {
    expect(jsonDepth(Buffer.from('{"a":"[[[\\"[[","b":["\\\\"]}'))).toBe(2);
  });
  test('is the depth of what was written', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonDepth(Buffer.from(JSON.stringify(value)))).toBe(depthOf(value));
      }),
    );
  });
});
