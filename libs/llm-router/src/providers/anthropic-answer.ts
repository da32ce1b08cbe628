import type { ModelToolCall, Usage } from '../model.ts';
import { addToolCall } from './chat-answer.ts';
import { endedOf } from './chat-finish.ts';
import type { Delta, Ended, Reading, StreamReader } from './dialect.ts';
import { countOf, isJsonObject, objectOf, objectsOf, optionalText, textOf, type JsonObject } from './json-value.ts';

/** `stop_reason`. `pause_turn` comes with tools the server runs, which are never asked for: it is not known here. */
const endings: Readonly<Record<string, Ended>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'refused',
};

/** Reads a message of /messages. Thinking blocks are no answer text. */
export function readMessage(body: JsonObject): Reading {
  const blocks = objectsOf(body['content']);
  return {
    text: blocks.map((block) => (block['type'] === 'text' ? textOf(block['text']) : '')).join(''),
    toolCalls: blocks.filter(({ type }) => type === 'tool_use').map(toolCallOf),
    ended: endedOf(endings, body['stop_reason']),
    reason: textOf(body['stop_reason']),
    usage: usageOf(objectOf(body['usage'])),
    model: optionalText(body['model']),
  };
}

function toolCallOf({ id, name, input }: JsonObject, index: number): ModelToolCall {
  return { id: optionalText(id) ?? `call_${index}`, name: textOf(name), arguments: JSON.stringify(input ?? {}) };
}

/** The three input counts exclude each other; output includes thinking. */
function usageOf(usage: JsonObject): Usage | undefined {
  const [input, output] = [countOf(usage['input_tokens']), countOf(usage['output_tokens'])];
  if (input === undefined && output === undefined) return undefined;
  const written = output ?? 0;
  const thought = Math.min(countOf(objectOf(usage['output_tokens_details'])['thinking_tokens']) ?? 0, written);
  return {
    input: input ?? 0,
    cache_read: countOf(usage['cache_read_input_tokens']) ?? 0,
    cache_write: countOf(usage['cache_creation_input_tokens']) ?? 0,
    output: written - thought,
    reasoning: thought,
  };
}

/**
 * Reads a stream of /messages. The output count of `message_start` is a placeholder: there is no usage before a
 * `message_delta` brought the real one, whose counts are cumulative and may leave the input out.
 */
export function createMessageStreamReader(): StreamReader {
  const toolCalls: ModelToolCall[] = [];
  const whole: Reading = { text: '', toolCalls, ended: undefined, reason: '', usage: undefined, model: undefined };
  const counts: Record<string, unknown> = {};
  /** Positions of the blocks that are tool calls, in the order they began. */
  const positions: unknown[] = [];
  let stopped = false;
  let ended: Ended | undefined;

  function read(event: JsonObject): Delta[] {
    switch (event['type']) {
      case 'message_start':
        return readStart(objectOf(event['message']));
      case 'content_block_start':
        return readBlock(objectOf(event['content_block']), event['index']);
      case 'content_block_delta':
        return readDelta(objectOf(event['delta']), event['index']);
      case 'message_delta':
        return readMessageDelta(event);
      case 'message_stop':
        stopped = true;
        return [];
      default:
        return [];
    }
  }

  function readStart({ model, usage }: JsonObject): Delta[] {
    whole.model = optionalText(model);
    addCounts(usage);
    return [];
  }

  function readBlock(block: JsonObject, position: unknown): Delta[] {
    if (block['type'] === 'text') return pass(textOf(block['text']));
    if (block['type'] !== 'tool_use') return [];
    const index = positions.push(position) - 1;
    const { id, name } = toolCallOf(block, index);
    addToolCall(toolCalls, index, { id, name, arguments: '' });
    return [{ type: 'tool_call', index, id, name, arguments: '' }];
  }

  function readDelta(delta: JsonObject, position: unknown): Delta[] {
    if (delta['type'] === 'text_delta') return pass(textOf(delta['text']));
    const index = positions.indexOf(position);
    if (delta['type'] !== 'input_json_delta' || index < 0) return [];
    const piece = { id: undefined, name: undefined, arguments: textOf(delta['partial_json']) };
    addToolCall(toolCalls, index, piece);
    return [{ type: 'tool_call', index, ...piece }];
  }

  function pass(text: string): Delta[] {
    whole.text += text;
    return text === '' ? [] : [{ type: 'text', text }];
  }

  function readMessageDelta({ delta, usage }: JsonObject): Delta[] {
    const reason = objectOf(delta)['stop_reason'];
    ended = endedOf(endings, reason) ?? ended;
    whole.reason = textOf(reason) || whole.reason;
    addCounts(usage);
    if (isJsonObject(usage)) whole.usage = usageOf(counts);
    return [];
  }

  /** Later counts replace earlier ones; null says nothing. */
  function addCounts(usage: unknown): void {
    for (const [name, value] of Object.entries(objectOf(usage))) if (value !== null) counts[name] = value;
  }

  return { read, complete: () => stopped, reading: () => ({ ...whole, ended: stopped ? ended : undefined }) };
}
