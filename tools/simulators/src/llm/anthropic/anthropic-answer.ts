import { type Answer, type Finish, identifier, piecesOf } from '../answer.ts';
import type { StreamEvent } from '../provider-wire.ts';
import type { TokenUsage } from '../token-usage.ts';

const STOP_REASONS: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tools: 'tool_use',
  safety: 'refusal',
  refusal: 'refusal',
  blocked: 'refusal',
  network: 'end_turn',
};

const SIGNATURE = 'c2ltdWxhdGVk';

/** A message. */
export function anthropicBody(answer: Answer): unknown {
  return message(answer, {
    content: blocks(answer).map(({ whole }) => whole),
    ...ending(answer),
    ...(answer.usage && { usage: { ...inputUsage(answer.usage), ...outputUsage(answer.usage) } }),
  });
}

/** message_start has the input tokens and a placeholder of 1 for the output; message_delta the true output. */
export function anthropicEvents(answer: Answer): StreamEvent[] {
  const { usage, usageOn } = answer;
  const atStart = usageOn === 'last' && usage ? { ...usage, input: 0, cacheRead: 0, cacheWrite: 0 } : usage;
  const started = message(answer, {
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...(atStart && { usage: { ...inputUsage(atStart), output_tokens: 1 } }),
  });
  const atEnd = usage && { ...inputUsage(usage), ...outputUsage(usage) };
  return [
    event('start', 'message_start', { message: started }),
    ...blocks(answer).flatMap((block, index) => blockEvents(block, index)),
    event('end', 'message_delta', { delta: ending(answer), ...(atEnd && { usage: atEnd }) }),
    event('end', 'message_stop', {}),
  ];
}

/** A content block: as the whole message has it, as it starts in a stream, and the deltas that fill it. */
interface Block {
  readonly whole: object;
  readonly hollow: object;
  readonly deltas: readonly object[];
}

function event(part: StreamEvent['part'], name: string, fields: object): StreamEvent {
  return { part, name, data: { type: name, ...fields } };
}

function message({ ask, call }: Answer, fields: object): object {
  return { id: `msg_${identifier('message', call)}`, type: 'message', role: 'assistant', model: ask.model, ...fields };
}

function ending({ finish }: Answer): object {
  const details = STOP_REASONS[finish] === 'refusal' ? { stop_details: { type: 'refusal', category: 'cyber' } } : {};
  return { stop_reason: STOP_REASONS[finish], stop_sequence: null, ...details };
}

function blocks({ text, reasoning, toolCalls }: Answer): Block[] {
  const thinking: Block = {
    whole: { type: 'thinking', thinking: reasoning, signature: SIGNATURE },
    hollow: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...piecesOf(reasoning).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
      { type: 'signature_delta', signature: SIGNATURE },
    ],
  };
  const words: Block = {
    whole: { type: 'text', text },
    hollow: { type: 'text', text: '' },
    deltas: piecesOf(text).map((piece) => ({ type: 'text_delta', text: piece })),
  };
  const tools = toolCalls.map(({ id, name, input }): Block => ({
    whole: { type: 'tool_use', id: `toolu_${id}`, name, input },
    hollow: { type: 'tool_use', id: `toolu_${id}`, name, input: {} },
    deltas: ['', ...piecesOf(JSON.stringify(input))].map((piece) => ({
      type: 'input_json_delta',
      partial_json: piece,
    })),
  }));
  return [...(reasoning === '' ? [] : [thinking]), ...(text === '' ? [] : [words]), ...tools];
}

function blockEvents({ hollow, deltas }: Block, index: number): StreamEvent[] {
  return [
    event('start', 'content_block_start', { index, content_block: hollow }),
    ...(index === 0 ? [event('start', 'ping', {})] : []),
    ...deltas.map((delta) => event('text', 'content_block_delta', { index, delta })),
    event('text', 'content_block_stop', { index }),
  ];
}

/** input_tokens excludes what was read from or written to the cache. */
function inputUsage({ input, cacheRead, cacheWrite }: TokenUsage): object {
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: 0 },
    service_tier: 'standard',
  };
}

/** output_tokens includes the thinking. */
function outputUsage({ output, reasoning }: TokenUsage): object {
  const details = { output_tokens_details: { thinking_tokens: reasoning } };
  return { output_tokens: output + reasoning, ...(reasoning > 0 && details) };
}
