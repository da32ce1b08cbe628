import { type Answer, identifier } from '../answer.ts';
import { objectOf, textOf } from '../json-value.ts';
import type { Failure, StreamEvent } from '../provider-wire.ts';
import { responsesUsage } from './openai-usage.ts';
import { event, type Fields, INCOMPLETE, itemEvents, outputItems } from './responses-items.ts';

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

function opening(answer: Answer): StreamEvent[] {
  const started = response(answer, { status: 'in_progress', output: [], usage: null });
  return [
    event('start', 'response.created', { response: started }),
    event('start', 'response.in_progress', { response: started }),
  ];
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

function failedError({ status, body }: Failure): { code: string; message: string } {
  const { code, message } = objectOf(objectOf(body)['error']);
  const fallback = status === 429 ? 'rate_limit_exceeded' : 'server_error';
  return { code: textOf(code) || fallback, message: textOf(message) };
}
