import type { ModelMessage, ModelRequest, Usage } from '../model.ts';

/** Tokens of a text when the provider did not say (contract 9.8): 0 for nothing, else at least 1. */
export function approximateTokens(text: string): number {
  return text === '' ? 0 : Math.max(1, Math.ceil(text.length / 3.2));
}

/** Usage of an answer whose provider did not say. */
export function approximateUsage(request: Pick<ModelRequest, 'messages'>, output: string): Usage {
  const input = request.messages.reduce((sum, message) => sum + approximateTokens(textOf(message)), 0);
  return { input, cache_read: 0, cache_write: 0, output: approximateTokens(output), reasoning: 0 };
}

/**
 * Prompt tokens a reservation has to cover: a ceiling, not a guess. Characters outside ASCII are up to one token each and
 * more (Korean: 1.1 by the older vocabularies), ASCII 3.5 characters a token; never less than the contract's chars / 4.
 */
export function promptTokenCeiling(request: ModelRequest): number {
  const schema = request.schema === undefined ? '' : JSON.stringify(request.schema.schema);
  const tools = request.tools === undefined ? '' : JSON.stringify(request.tools);
  const texts = [...request.messages.map(textOf), schema, tools];
  const tokens = texts.reduce((sum, text) => sum + ceilingOf(text), 0) + 8 * request.messages.length;
  return Math.max(1, Math.ceil(tokens));
}

function ceilingOf(text: string): number {
  let wide = 0;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) wide += 1;
  return (text.length - wide) / 3.5 + wide * 1.1;
}

function textOf(message: ModelMessage): string {
  const calls = 'tool_calls' in message && message.tool_calls !== undefined ? JSON.stringify(message.tool_calls) : '';
  return message.content + calls;
}

/** Tokens read and written, as the API and the ledger show them. */
export function totalTokens({ input, cache_read, cache_write, output, reasoning }: Usage): {
  tokens_in: number;
  tokens_out: number;
} {
  return { tokens_in: input + cache_read + cache_write, tokens_out: output + reasoning };
}

export function addUsage(left: Usage, right: Usage): Usage {
  return {
    input: left.input + right.input,
    cache_read: left.cache_read + right.cache_read,
    cache_write: left.cache_write + right.cache_write,
    output: left.output + right.output,
    reasoning: left.reasoning + right.reasoning,
  };
}

export const noUsage: Usage = { input: 0, cache_read: 0, cache_write: 0, output: 0, reasoning: 0 };
