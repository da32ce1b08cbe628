import { type Answer, type Finish, identifier, piecesOf } from '../answer.ts';
import { textOf } from '../json-value.ts';
import type { StreamEvent } from '../provider-wire.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Why a response is incomplete; the other endings are complete. */
export const INCOMPLETE: Readonly<Partial<Record<Finish, string>>> = {
  length: 'max_output_tokens',
  safety: 'content_filter',
  blocked: 'content_filter',
};

/** A typed event; its number is given later. */
export function event(part: StreamEvent['part'], name: string, fields: Fields): StreamEvent {
  return { part, name, data: { type: name, ...fields } };
}

/** The output of a response: reasoning, a message, calls. */
export function outputItems({ text, reasoning, toolCalls, finish, call }: Answer): Fields[] {
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

/** The events that build one item. */
export function itemEvents(item: Fields, index: number): StreamEvent[] {
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
