import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ModelRequest } from '../model.ts';
import { quotableMessage } from './failure-message.ts';

const key = 'sk-proj-0123456789abcdefXYZW';

function said(message: string, prompt = 'nothing that matters'): string {
  const request: ModelRequest = { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: prompt }] };
  return quotableMessage(message, { key, request });
}

describe('what a provider said', () => {
  test('is kept on one line and cut to 300 characters', () => {
    expect(said('Rate limit\n reached\u0007.')).toBe('Rate limit reached .');
    expect(said('x y '.repeat(400))).toHaveLength(300);
  });

  test('never has the key, not even in part', () => {
    expect(said(`key ${key}!`)).toBe('key [masked]!');
    expect(said('Incorrect API key provided: sk-proj-********XYZW. Look')).toBe(
      'Incorrect API key provided: [masked] Look',
    );
  });

  test('is masked', () => {
    expect(said('mail kim.lee@example.com, token ghp_0123456789abcdefghijklmnop')).not.toMatch(/kim\.lee|ghp_/);
  });

  test('has a short prompt left out whole', () => {
    expect(said("Invalid value: '김철수 전화'.", '김철수 전화')).toBe("Invalid value: '[…]'.");
  });

  test('law: of a prompt no 16 characters in a row are left', () => {
    const words = fc.array(fc.constantFrom('김철수', 'lives', 'at', '테헤란로', '152', 'and', 'likes', 'tea', '차'), {
      minLength: 8,
      maxLength: 30,
    });
    fc.assert(
      fc.property(words, fc.nat(60), fc.nat(60), (parts, from, length) => {
        const prompt = parts.join(' ');
        const clean = said(`Bad input near "${prompt.slice(from, from + length)}" here`, prompt);
        for (let at = 0; at + 16 <= prompt.length; at += 1) expect(clean).not.toContain(prompt.slice(at, at + 16));
      }),
    );
  });
});
