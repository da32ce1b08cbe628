import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { approximateTokens, promptTokenCeiling } from './token-estimate.ts';

const request = (content: string) => ({ model: 'm', max_tokens: 1, messages: [{ role: 'user' as const, content }] });

test('tokens by characters when a provider does not say', () => {
  expect(['', 'a', 'abc', 'abcd', 'x'.repeat(320)].map(approximateTokens)).toEqual([0, 1, 1, 2, 100]);
});

test('a reservation covers more than a quarter of the characters, and every Korean character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const tokens = promptTokenCeiling(request(text));
      expect(tokens).toBeGreaterThanOrEqual(Math.max(1, Math.floor(text.length / 4)));
    }),
  );
  expect(promptTokenCeiling(request('가'.repeat(100)))).toBeGreaterThanOrEqual(110);
});
