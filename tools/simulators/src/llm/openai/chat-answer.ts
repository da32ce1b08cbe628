import { type Answer, type Finish, identifier, piecesOf } from '../answer.ts';
import type { StreamEvent } from '../provider-wire.ts';
import type { TokenUsage } from '../token-usage.ts';

/** In what the servers that speak chat completions differ. */
export interface ChatDialect {
  readonly finishReasons: Readonly<Record<Finish, string>>;
  /** The field of thoughts beside `content`; null where thoughts are never shown. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | null;
  /** Where a refusal is said in a field of its own. */
  readonly refusalField: boolean;
  /** Streams: an event of its own with no choices, the event with the finish reason, or every event. */
  readonly usageOn: 'extra' | 'finish' | 'every';
  /** Usage is only sent to those who ask by stream_options.include_usage. */
  readonly usageOnRequest: boolean;
  readonly usage: (usage: TokenUsage, answer: Answer) => unknown;
  /** Fields of the envelope beside id, object, created, model, choices and usage. */
  readonly extras: (answer: Answer) => object;
}

/** A chat completion. */
export function chatBody(answer: Answer, dialect: ChatDialect): unknown {
  const { usage } = answer;
  const choice = {
    index: 0,
    message: message(answer, dialect),
    logprobs: null,
    finish_reason: finishReason(answer, dialect),
  };
  return {
    ...envelope(answer, { object: 'chat.completion', dialect }),
    choices: [choice],
    ...(usage && { usage: dialect.usage(usage, answer) }),
  };
}

/** The same as chunks, ended by `[DONE]`. */
export function chatEvents(answer: Answer, dialect: ChatDialect): StreamEvent[] {
  const head = envelope(answer, { object: 'chat.completion.chunk', dialect });
  const numbers = usageOf(answer, dialect);
  const place = answer.usageOn === 'usual' ? dialect.usageOn : answer.usageOn === 'every' ? 'every' : 'extra';
  const running = place === 'every' && numbers !== undefined ? numbers : undefined;
  const silent = dialect.usageOnRequest && numbers !== undefined && place === 'extra' ? { usage: null } : {};
  function event(part: StreamEvent['part'], delta: object, finish: string | null = null): StreamEvent {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
    const onThis = running ?? (finish !== null && place === 'finish' ? numbers : undefined);
    return { part, data: { ...head, choices, ...(onThis === undefined ? silent : { usage: onThis }) } };
  }
  const events = [
    event('start', { role: 'assistant', content: '' }),
    ...deltas(answer, dialect).map((delta) => event('text', delta)),
  ];
  events.push(event('end', {}, finishReason(answer, dialect)));
  if (place === 'extra' && numbers !== undefined)
    events.push({ part: 'end', data: { ...head, choices: [], usage: numbers } });
  return [...events, { part: 'end', data: '[DONE]' }];
}

function usageOf(answer: Answer, dialect: ChatDialect): unknown {
  if (answer.usage === undefined) return undefined;
  const wanted = answer.ask.includeUsage || !dialect.usageOnRequest || answer.usageOn !== 'usual';
  return wanted ? dialect.usage(answer.usage, answer) : undefined;
}

function envelope(answer: Answer, { object, dialect }: { object: string; dialect: ChatDialect }): object {
  const { ask, call } = answer;
  const created = Math.floor(call.now.getTime() / 1_000);
  return { id: `chatcmpl-${identifier('chat', call)}`, object, created, model: ask.model, ...dialect.extras(answer) };
}

function finishReason({ finish }: Answer, dialect: ChatDialect): string {
  return dialect.finishReasons[finish];
}

function message(answer: Answer, dialect: ChatDialect): object {
  const { text, reasoning, toolCalls } = answer;
  const refused = answer.finish === 'refusal' && dialect.refusalField;
  const calls = toolCalls.map(({ id, name, input }) => ({
    id: `call_${id}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  return {
    role: 'assistant',
    content: refused || (calls.length > 0 && text === '') ? null : spoken(answer, dialect),
    ...(dialect.refusalField && { refusal: refused ? text : null, annotations: [] }),
    ...(reasoning !== '' && dialect.reasoningField && { [dialect.reasoningField]: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

/** A refusal without a field for it has no text: the finish reason says it. */
function spoken({ finish, text }: Answer, { refusalField }: ChatDialect): string {
  return finish === 'refusal' && !refusalField ? '' : text;
}

function deltas(answer: Answer, dialect: ChatDialect): object[] {
  const { text, reasoning, toolCalls } = answer;
  const field = dialect.reasoningField;
  const thoughts = field === null ? [] : piecesOf(reasoning).map((piece) => ({ [field]: piece }));
  const refused = answer.finish === 'refusal' && dialect.refusalField;
  const words = piecesOf(refused ? text : spoken(answer, dialect)).map((piece) =>
    refused ? { refusal: piece } : { content: piece },
  );
  const calls = toolCalls.flatMap(({ id, name, input }, index) => [
    { tool_calls: [{ index, id: `call_${id}`, type: 'function', function: { name, arguments: '' } }] },
    ...piecesOf(JSON.stringify(input)).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
  return [...thoughts, ...words, ...calls];
}
