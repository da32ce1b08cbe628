import { describe, expect, test } from '@jest/globals';
import type { ModelRequest } from '../model.ts';
import { anthropicSampling, openaiSampling } from './sampling.ts';

function request(model: string, over: Partial<ModelRequest> = {}): ModelRequest {
  return { model, messages: [], max_tokens: 1, temperature: 0.2, ...over };
}

describe('sampling', () => {
  test.each([
    ['claude-sonnet-4-5-20250929', true],
    ['claude-opus-4-20250514', true],
    ['claude-opus-4-6', true],
    ['claude-3-7-sonnet-20250219', true],
    ['claude-opus-4-7', false],
    ['claude-opus-4-10', false],
    ['claude-sonnet-5', false],
    ['claude-sonnet-5-20260601', false],
    ['claude-haiku-5-5', false],
    ['claude-fable-5-1', false],
    ['claude-mythos-preview', false],
    ['some-other-model', true],
  ])('Anthropic: %s takes a temperature: %s', (model, takes) => {
    expect(anthropicSampling(request(model), '2023-06-01')).toEqual(takes ? { temperature: 0.2 } : {});
    expect(anthropicSampling(request(model), '2026-10-21')).toEqual({});
  });

  test('Anthropic: temperature up to 1, top_p only without it', () => {
    const model = 'claude-sonnet-4-5';
    expect(anthropicSampling(request(model, { temperature: 1.7, top_p: 0.5 }), '2023-06-01')).toEqual({
      temperature: 1,
    });
    const nucleus = request(model, { temperature: undefined, top_p: 0.5 });
    expect(anthropicSampling(nucleus, '2023-06-01')).toEqual({ top_p: 0.5 });
  });

  test.each([
    ['gpt-5.2', true],
    ['gpt-5.2-2025-12-11', true],
    ['gpt-5.4-mini', true],
    ['gpt-4.1', true],
    ['gpt-5-chat-latest', true],
    ['gpt-oss-120b', true],
    ['gpt-5', false],
    ['gpt-5-mini', false],
    ['gpt-5.2-pro', false],
    ['gpt-5.1-codex-max', false],
    ['gpt-5.6-luna', false],
    ['gpt-6', false],
    ['o3-mini', false],
  ])('OpenAI: %s takes a temperature: %s', (model, takes) => {
    expect(openaiSampling(request(model))).toEqual(takes ? { temperature: 0.2 } : {});
  });
});
