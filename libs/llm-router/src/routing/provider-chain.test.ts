import { describe, expect, test } from '@jest/globals';
import { providerNamed, readChain } from './provider-chain.ts';

const unset = {
  LLM_PROVIDER: '',
  LLM_FALLBACKS: undefined,
  LLM_PRIMARY_PROVIDER: '',
  LLM_FALLBACK_PROVIDERS: undefined,
};

describe('the chain', () => {
  test.each([
    ['nothing set', unset, ['gemini', 'openai', 'anthropic', 'glm']],
    ['the single switch', { ...unset, LLM_PROVIDER: 'openai' }, ['openai', 'anthropic', 'glm']],
    [
      'primary before switch',
      { ...unset, LLM_PROVIDER: 'openai', LLM_PRIMARY_PROVIDER: 'glm' },
      ['glm', 'openai', 'anthropic'],
    ],
    ['fallbacks of the switch', { ...unset, LLM_PROVIDER: 'zai', LLM_FALLBACKS: ['openai'] }, ['glm', 'openai']],
    [
      'fallback providers before fallbacks',
      { ...unset, LLM_FALLBACKS: ['openai'], LLM_FALLBACK_PROVIDERS: ['Anthropic ', 'GML', 'glm', 'anthropic'] },
      ['gemini', 'anthropic', 'glm'],
    ],
    ['no fallbacks at all', { ...unset, LLM_FALLBACK_PROVIDERS: [] }, ['gemini']],
  ])('%s', (_what, settings, chain) => {
    expect(readChain(settings)).toEqual({ chain, unknown: [] });
  });

  test('unknown names are dropped and told; nothing left is gemini', () => {
    const settings = { ...unset, LLM_PRIMARY_PROVIDER: 'mistral', LLM_FALLBACK_PROVIDERS: ['toString'] };
    expect(readChain(settings)).toEqual({ chain: ['gemini'], unknown: ['mistral', 'toString'] });
  });

  test('names and aliases in any case', () => {
    expect(['ZAI', ' gml ', 'Gemini', 'openai-compatible', 'x'].map(providerNamed)).toEqual([
      'glm',
      'glm',
      'gemini',
      'openai-compatible',
      undefined,
    ]);
  });
});
