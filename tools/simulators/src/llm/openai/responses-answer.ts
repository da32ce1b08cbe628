import { type Answer, type Finish, identifier, piecesOf } from '../answer.ts';
import { objectOf, textOf } from '../json-value.ts';
import type { Failure, StreamEvent } from '../provider-wire.ts';
import { responsesUsage } from './openai-usage.ts';

const INCOMPLETE: Readonly<Partial<Record<Finish, string>>> = {
  length: 'max_output_tokens',
  safety: 'content_filter',
  blocked: 'content_filter',
};

/** A response object; `output_text` is the SDK's addition and not on the wire. */
export function responsesBody(answer: Answer): unknown {
  const reason = INCOMPLETE[answer.finish];
  return response(answer, {
    status: reason === undefined ? 'completed' : 'incomplete',
    incomplete_details: reason === undefined ? null : { reason },
    output: outputItems(answer),
    usage: answer.usage ? responsesUsage(answer.usage) : null,
  });
}

/** 200 with a failed response. */
export function failedResponse(failure: Failure, answer: Answer): unknown {
  return response(answer, { status: 'failed', error: failedError(failure), output: [], usage: null });
}

/** Typed events with a running number; there is no [DONE]. */
export function responsesEvents(answer: Answer): StreamEvent[] {
  const items = outputItems(answer);
  const final = INCOMPLETE[answer.finish] === undefined ? 'response.completed' : 'response.incomplete';
  return numbered([
    ...opening(answer),
    ...items.flatMap((item, index) => itemEvents(item, index)),
    event('end', final, { response: responsesBody(answer) }),
  ]);
}

/** Some failures are an `error` event, some a failed response: first the one, then the other, as the provider sends them. */
export function failedResponseEvents(failure: Failure, answer: Answer): StreamEvent[] {
  const { code, message } = failedError(failure);
  return numbered([
    ...opening(answer),
    event('end', 'error', { code, message, param: null }),
    event('end', 'response.failed', { response: failedResponse(failure, answer) }),
  ]);
}

type Fields = Readonly<Record<string, unknown>>;

function opening(answer: Answer): StreamEvent[] {
  const started = response(answer, { status: 'in_progress', output: [], usage: null });
  return [
    event('start', 'response.created', { response: started }),
    event('start', 'response.in_progress', { response: started }),
  ];
}

function event(part: StreamEvent['part'], name: string, fields: Fields): StreamEvent {
  return { part, name, data: { type: name, ...fields } };
}

function numbered(events: readonly StreamEvent[]): StreamEvent[] {
  return events.map((one, index) => ({ ...one, data: { ...objectOf(one.data), sequence_number: index } }));
}

function response({ ask, call }: Answer, fields: Fields): object {
  return {
    id: `resp_${identifier('response', call)}`,
    object: 'response',
    created_at: Math.floor(call.now.getTime() / 1_000),
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: ask.maxOutputTokens ?? null,
    model: ask.model,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    metadata: {},
    ...fields,
  };
}

function outputItems({ text, reasoning, toolCalls, finish, call }: Answer): Fields[] {
  const thoughts =
    reasoning === '' ? [] : [{ id: `rs_${identifier('reasoning', call)}`, type: 'reasoning', summary: [] }];
  const refused = finish === 'refusal';
  const words = refused
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', text, annotations: [], logprobs: [] };
  const status = INCOMPLETE[finish] === undefined ? 'completed' : 'incomplete';
  const message = {
    id: `msg_${identifier('message', call)}`,
    type: 'message',
    status,
    role: 'assistant',
    content: [words],
  };
  const calls = toolCalls.map(({ id, name, input }) => ({
    id: `fc_${id}`,
    type: 'function_call',
    status: 'completed',
    arguments: JSON.stringify(input),
    call_id: `call_${id}`,
    name,
  }));
  return [...thoughts, ...(text === '' ? [] : [message]), ...calls];
}

function itemEvents(item: Fields, index: number): StreamEvent[] {
  const place = { output_index: index };
  const type = textOf(item['type']);
  const hollow = {
    ...item,
    status: 'in_progress',
    ...(type === 'message' && { content: [] }),
    ...(type === 'function_call' && { arguments: '' }),
  };
  return [
    event('start', 'response.output_item.added', { ...place, item: type === 'reasoning' ? item : hollow }),
    ...innerEvents(item, { ...place, item_id: item['id'] }),
    event('text', 'response.output_item.done', { ...place, item }),
  ];
}

function innerEvents(item: Fields, place: Fields): StreamEvent[] {
  if (item['type'] === 'function_call') {
    const whole = textOf(item['arguments']);
    const name = 'response.function_call_arguments';
    return [
      ...piecesOf(whole).map((delta) => event('text', `${name}.delta`, { ...place, delta })),
      event('text', `${name}.done`, { ...place, arguments: whole }),
    ];
  }
  if (item['type'] !== 'message') return [];
  const [part] = item['content'] as [Fields];
  const refused = part['type'] === 'refusal';
  const field = refused ? 'refusal' : 'text';
  const name = refused ? 'response.refusal' : 'response.output_text';
  const whole = textOf(part[field]);
  const where = { ...place, content_index: 0 };
  const extra = refused ? {} : { logprobs: [] };
  return [
    event('start', 'response.content_part.added', { ...where, part: { ...part, [field]: '' } }),
    ...piecesOf(whole).map((delta) => event('text', `${name}.delta`, { ...where, delta, ...extra })),
    event('text', `${name}.done`, { ...where, [field]: whole, ...extra }),
    event('text', 'response.content_part.done', { ...where, part }),
  ];
}

function failedError({ status, body }: Failure): { code: string; message: string } {
  const { code, message } = objectOf(objectOf(body)['error']);
  const fallback = status === 429 ? 'rate_limit_exceeded' : 'server_error';
  return { code: textOf(code) || fallback, message: textOf(message) };
}
