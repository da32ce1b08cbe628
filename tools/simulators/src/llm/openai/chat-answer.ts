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
    finish_reason: dialect.finishReasons[answer.finish],
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
  const usage = usageOf(answer, dialect);
  const place = usagePlace(answer, dialect);
  const texts = deltas(answer, dialect);
  const silent = dialect.usageOnRequest && usage !== undefined && place === 'extra' ? { usage: null } : {};
  function event(part: StreamEvent['part'], delta: object, { finish = null, share = 1 }: Step): StreamEvent {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
    const counted = usage !== undefined && (place === 'every' || (place === 'finish' && finish !== null));
    if (!counted) return { part, data: { ...head, choices, ...silent } };
    const sofar = { ...usage, output: Math.ceil(usage.output * share) };
    return { part, data: { ...head, choices, usage: dialect.usage(sofar, answer) } };
  }
  const events = [
    event('start', { role: 'assistant', content: '' }, { share: 0 }),
    ...texts.map((delta, index) => event('text', delta, { share: (index + 1) / texts.length })),
    event('end', {}, { finish: dialect.finishReasons[answer.finish] }),
  ];
  const extra = place === 'extra' && usage !== undefined;
  const counts: StreamEvent[] = extra
    ? [{ part: 'end', data: { ...head, choices: [], usage: dialect.usage(usage, answer) } }]
    : [];
  return [...events, ...counts, { part: 'end', data: '[DONE]' }];
}

/** What an event of a stream tells beside its delta: how it ended, and how much of the output has been sent by then. */
interface Step {
  readonly finish?: string | null;
  readonly share?: number;
}

function usagePlace({ usageOn }: Answer, dialect: ChatDialect): ChatDialect['usageOn'] {
  if (usageOn === 'usual') return dialect.usageOn;
  return usageOn === 'every' ? 'every' : 'extra';
}

/** The usage a stream tells; undefined where nobody asked for it. */
function usageOf(answer: Answer, dialect: ChatDialect): TokenUsage | undefined {
  const wanted = answer.ask.includeUsage || !dialect.usageOnRequest || answer.usageOn !== 'usual';
  return wanted ? answer.usage : undefined;
}

function envelope(answer: Answer, { object, dialect }: { object: string; dialect: ChatDialect }): object {
  const { ask, call } = answer;
  const created = Math.floor(call.now.getTime() / 1_000);
  return { id: `chatcmpl-${identifier('chat', call)}`, object, created, model: ask.model, ...dialect.extras(answer) };
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
