import type { ModelToolCall } from '../model.ts';
import { chatEnded } from './chat-finish.ts';
import type { Delta, Reading, StreamReader } from './dialect.ts';
import { objectOf, objectsOf, optionalText, textOf, type JsonObject } from './json-value.ts';
import { openaiUsage } from './usage.ts';

/** Reads a chat completion. Thoughts (`reasoning_content`) are no answer text. */
export function readChatAnswer(body: JsonObject): Reading {
  const choice = objectOf(objectsOf(body['choices'])[0]);
  const message = objectOf(choice['message']);
  const refusal = optionalText(message['refusal']);
  return {
    text: contentOf(message['content']),
    toolCalls: objectsOf(message['tool_calls']).map(toolCallOf),
    ended: refusal === undefined ? chatEnded(choice['finish_reason']) : 'refused',
    reason: refusal ?? textOf(choice['finish_reason']),
    usage: openaiUsage(body['usage'], 'chat'),
    model: optionalText(body['model']),
  };
}

/** Text, or parts with text. */
function contentOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => textOf(part['text']))
    .join('');
}

function toolCallOf(call: JsonObject, index: number): ModelToolCall {
  const { name, arguments: written } = objectOf(call['function']);
  return { id: optionalText(call['id']) ?? `call_${index}`, name: textOf(name), arguments: argumentsOf(written) };
}

/** Some servers send the object itself. */
function argumentsOf(written: unknown): string {
  if (typeof written === 'string') return written;
  return written === undefined || written === null ? '' : JSON.stringify(written);
}

/**
 * Reads a stream of chat completion chunks. Usage may be on any chunk, with or without choices, or on each: it is
 * cumulative and the last one counts. `[DONE]` is not needed when a finish reason came: some servers leave it out.
 */
export function createChatStreamReader(): StreamReader {
  const toolCalls: ModelToolCall[] = [];
  const whole: Reading = { text: '', toolCalls, ended: undefined, reason: '', usage: undefined, model: undefined };

  function read(event: JsonObject): Delta[] {
    whole.usage = openaiUsage(event['usage'], 'chat') ?? whole.usage;
    whole.model ??= optionalText(event['model']);
    const choice = objectsOf(event['choices'])[0];
    return choice === undefined ? [] : readChoice(choice);
  }

  function readChoice(choice: JsonObject): Delta[] {
    const delta = objectOf(choice['delta']);
    readEnd(choice['finish_reason'], textOf(delta['refusal']));
    const text = contentOf(delta['content']);
    whole.text += text;
    const deltas: Delta[] = text === '' ? [] : [{ type: 'text', text }];
    return [...deltas, ...objectsOf(delta['tool_calls']).map(readToolCall)];
  }

  function readEnd(reason: unknown, refusal: string): void {
    if (refusal !== '') whole.reason += refusal;
    const refused = whole.ended === 'refused' || refusal !== '';
    const ended = chatEnded(reason);
    if (refused) whole.ended = 'refused';
    else if (ended !== undefined) Object.assign(whole, { ended, reason });
  }

  function readToolCall(part: JsonObject, position: number): Delta {
    const index = typeof part['index'] === 'number' ? part['index'] : position;
    const { name, arguments: written } = objectOf(part['function']);
    const piece = { id: optionalText(part['id']), name: optionalText(name), arguments: argumentsOf(written) };
    addToolCall(toolCalls, index, piece);
    return { type: 'tool_call', index, ...piece };
  }

  return { read, complete: () => false, reading: () => ({ ...whole, toolCalls: toolCalls.filter(Boolean) }) };
}

type ToolCallPiece = { id: string | undefined; name: string | undefined; arguments: string };

/** Adds a piece of a streamed call to the one at its index. */
export function addToolCall(calls: ModelToolCall[], index: number, piece: ToolCallPiece): void {
  // An index is a number a stranger wrote.
  if (!Number.isInteger(index) || index < 0 || index > 127) return;
  const call = (calls[index] ??= { id: piece.id ?? `call_${index}`, name: '', arguments: '' });
  if (piece.id !== undefined) call.id = piece.id;
  if (piece.name !== undefined) call.name = piece.name;
  call.arguments += piece.arguments;
}
