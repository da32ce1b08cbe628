import type { ModelToolCall, Usage } from '../model.ts';
import { endedOf } from './chat-finish.ts';
import type { Delta, Ended, Reading, StreamReader } from './dialect.ts';
import { countOf, isJsonObject, objectOf, objectsOf, optionalText, textOf, type JsonObject } from './json-value.ts';
import { disjointUsage } from './usage.ts';

/** `finishReason`. OTHER and words of later versions are not known here, which is never an answer. */
const endings: Readonly<Record<string, Ended>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'refused',
  RECITATION: 'refused',
  LANGUAGE: 'refused',
  BLOCKLIST: 'refused',
  PROHIBITED_CONTENT: 'refused',
  SPII: 'refused',
  MALFORMED_FUNCTION_CALL: 'malformed',
  MALFORMED_RESPONSE: 'malformed',
  UNEXPECTED_TOOL_CALL: 'malformed',
  TOO_MANY_TOOL_CALLS: 'malformed',
};

/** Reads an answer of generateContent. A blocked prompt has no candidates; a candidate may have no content. */
export function readContent(body: JsonObject): Reading {
  const candidate = objectOf(objectsOf(body['candidates'])[0]);
  const parts = partsOf(candidate);
  const block = optionalText(objectOf(body['promptFeedback'])['blockReason']);
  return {
    text: parts.map(partText).join(''),
    toolCalls: parts.flatMap((part) => toolCallOf(part)).map(numbered),
    ended: block === undefined ? endedOf(endings, candidate['finishReason']) : 'refused',
    reason: block ?? textOf(candidate['finishReason']),
    usage: usageOf(body['usageMetadata']),
    model: optionalText(body['modelVersion']),
  };
}

function partsOf(candidate: JsonObject): JsonObject[] {
  return objectsOf(objectOf(candidate['content'])['parts']);
}

/** Thoughts are marked; they are no answer text. */
function partText(part: JsonObject): string {
  return part['thought'] === true ? '' : textOf(part['text']);
}

type UnnumberedCall = Omit<ModelToolCall, 'id'> & { id: string | undefined };

function toolCallOf(part: JsonObject): UnnumberedCall[] {
  const call = part['functionCall'];
  if (!isJsonObject(call)) return [];
  return [{ id: optionalText(call['id']), name: textOf(call['name']), arguments: JSON.stringify(call['args'] ?? {}) }];
}

/** Gemini mostly gives its calls no id. */
function numbered(call: UnnumberedCall, index: number): ModelToolCall {
  return { ...call, id: call.id ?? `call_${index}` };
}

/**
 * promptTokenCount includes the cached ones, candidatesTokenCount excludes thoughts, and any of them may be absent: then
 * the total says what is left.
 */
function usageOf(usage: unknown): Usage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const [prompt, candidates, total] = [
    usage['promptTokenCount'],
    usage['candidatesTokenCount'],
    usage['totalTokenCount'],
  ].map(countOf);
  if (prompt === undefined && candidates === undefined && total === undefined) return undefined;
  const input = (prompt ?? 0) + (countOf(usage['toolUsePromptTokenCount']) ?? 0);
  const reasoning = countOf(usage['thoughtsTokenCount']) ?? 0;
  const answered = candidates ?? Math.max(0, (total ?? 0) - input - reasoning);
  const cacheRead = countOf(usage['cachedContentTokenCount']) ?? 0;
  return disjointUsage({ input, cacheRead, output: answered + reasoning, reasoning });
}

/** Reads a stream of streamGenerateContent: chunks shaped like answers, usage cumulative, the end of the body is the end. */
export function createContentStreamReader(): StreamReader {
  const toolCalls: ModelToolCall[] = [];
  const whole: Reading = { text: '', toolCalls, ended: undefined, reason: '', usage: undefined, model: undefined };

  function read(event: JsonObject): Delta[] {
    const { text, toolCalls: calls, ended, reason, usage, model } = readContent(event);
    whole.usage = usage ?? whole.usage;
    whole.model ??= model;
    if (ended !== undefined) Object.assign(whole, { ended, reason });
    whole.text += text;
    const deltas: Delta[] = text === '' ? [] : [{ type: 'text', text }];
    return [...deltas, ...calls.map(pass)];
  }

  /** Calls come whole, each in one chunk. */
  function pass(call: ModelToolCall): Delta {
    const index = toolCalls.length;
    const id = /^call_\d+$/.test(call.id) ? `call_${index}` : call.id;
    toolCalls.push({ ...call, id });
    return { type: 'tool_call', index, id, name: call.name, arguments: call.arguments };
  }

  return { read, complete: () => false, reading: () => whole };
}
