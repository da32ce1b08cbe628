import type { ModelToolCall } from '../model.ts';
import { addToolCall } from './chat-answer.ts';
import { endedOf } from './chat-finish.ts';
import type { Delta, Ended, Reading, StreamReader } from './dialect.ts';
import { isJsonObject, objectOf, objectsOf, optionalText, textOf, type JsonObject } from './json-value.ts';
import { openaiUsage } from './usage.ts';
import { wireError } from './wire-error.ts';

/** `incomplete_details.reason`; an incomplete response without one is not known. */
const incompleteEndings: Readonly<Record<string, Ended>> = { max_output_tokens: 'length', content_filter: 'refused' };

/** Reads a response of /responses. Queued, running and cancelled ones are not complete. */
export function readResponse(body: JsonObject): Reading {
  const items = objectsOf(body['output']);
  const parts = items.flatMap((item) => (item['type'] === 'reasoning' ? [] : objectsOf(item['content'])));
  const said = parts.map((part) => textOf(part['text'])).join('');
  const refusal = parts.map((part) => textOf(part['refusal'])).join('');
  const toolCalls = items.filter(({ type }) => type === 'function_call').map(toolCallOf);
  const error = body['error'];
  return {
    text: said === '' ? textOf(body['output_text']) : said,
    toolCalls,
    ...(refusal === '' ? endOf(body, toolCalls) : { ended: 'refused', reason: refusal }),
    usage: openaiUsage(body['usage'], 'responses'),
    model: optionalText(body['model']),
    ...(body['status'] === 'failed' ? { error: wireError(objectOf(error)) } : {}),
  };
}

function endOf(body: JsonObject, toolCalls: readonly ModelToolCall[]): Pick<Reading, 'ended' | 'reason'> {
  const status = body['status'];
  if (status === 'completed') return { ended: toolCalls.length > 0 ? 'tool_calls' : 'stop', reason: status };
  if (status !== 'incomplete') return { ended: undefined, reason: textOf(status) };
  const { reason } = objectOf(body['incomplete_details']);
  return { ended: endedOf(incompleteEndings, reason) ?? 'unknown', reason: textOf(reason) };
}

function toolCallOf(item: JsonObject, index: number): ModelToolCall {
  const id = optionalText(item['call_id']) ?? optionalText(item['id']) ?? `call_${index}`;
  return { id, name: textOf(item['name']), arguments: textOf(item['arguments']) };
}

/** The last events of a stream: each holds the whole response. There is no [DONE]. */
const finalEvents = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** Reads a stream of /responses. */
export function createResponseStreamReader(): StreamReader {
  let text = '';
  let refusal = '';
  let final: Reading | undefined;
  /** Output positions of the calls, in the order they began. */
  const positions: unknown[] = [];
  const toolCalls: ModelToolCall[] = [];

  function read(event: JsonObject): Delta[] {
    const type = textOf(event['type']);
    if (finalEvents.has(type)) return readFinal(objectOf(event['response']));
    switch (type) {
      case 'response.output_text.delta':
        return pass(textOf(event['delta']));
      case 'response.refusal.delta':
        refusal += textOf(event['delta']);
        return [];
      case 'response.output_item.added':
        return readItem(event);
      case 'response.function_call_arguments.delta':
        return readArguments(event);
      default:
        return [];
    }
  }

  function pass(delta: string): Delta[] {
    text += delta;
    return delta === '' ? [] : [{ type: 'text', text: delta }];
  }

  function readItem({ item, output_index }: JsonObject): Delta[] {
    if (!isJsonObject(item) || item['type'] !== 'function_call') return [];
    const index = positions.push(output_index) - 1;
    const { id, name, arguments: written } = toolCallOf(item, index);
    addToolCall(toolCalls, index, { id, name, arguments: written });
    return [{ type: 'tool_call', index, id, name, arguments: written }];
  }

  function readArguments({ output_index, delta }: JsonObject): Delta[] {
    const index = positions.indexOf(output_index);
    if (index < 0) return [];
    const piece = { id: undefined, name: undefined, arguments: textOf(delta) };
    addToolCall(toolCalls, index, piece);
    return [{ type: 'tool_call', index, ...piece }];
  }

  function readFinal(response: JsonObject): Delta[] {
    final = readResponse(response);
    // A server that sent no deltas still told the whole text.
    return text === '' && final.error === undefined ? pass(final.text) : [];
  }

  function reading(): Reading {
    const open = { ended: undefined, reason: '', usage: undefined, model: undefined };
    // The final event has the calls whole, whatever the deltas left out.
    const calls = final !== undefined && final.toolCalls.length > 0 ? final.toolCalls : toolCalls;
    const refused = refusal === '' ? {} : { ended: 'refused' as const, reason: refusal };
    return { ...(final ?? open), ...refused, text, toolCalls: calls };
  }

  return { read, complete: () => final !== undefined, reading };
}
