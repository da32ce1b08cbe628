/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- reads foreign JSON the way a client does */
import type { DoorName } from './raw-client.ts';

/** Foreign JSON. */
export interface Loose {
  readonly [name: string]: any;
}

/** What a client makes of an answer. */
export interface ReadAnswer {
  readonly text: string;
  readonly finish: unknown;
  readonly usage: Loose;
  readonly tools: { name: string; input: unknown }[];
}

/** One server-sent event: its name, and its data as JSON where it is JSON. */
export interface ReadEvent {
  readonly event: string | undefined;
  readonly data: Loose;
}

/** Splits a stream into its events, comments left out. */
export function eventsOf(body: string): ReadEvent[] {
  const frames = body.split(/\r?\n\r?\n/u).filter((frame) => frame !== '' && !frame.startsWith(':'));
  return frames.map((frame) => {
    const lines = frame.split(/\r?\n/u);
    const data = lines.find((line) => line.startsWith('data: '))?.slice(6) ?? '';
    const event = lines.find((line) => line.startsWith('event: '))?.slice(7);
    return { event, data: parsed(data) };
  });
}

function parsed(text: string): Loose {
  try {
    return JSON.parse(text) as Loose;
  } catch {
    return text as unknown as Loose;
  }
}

/** Reads a whole answer where the provider's documentation says it is. */
export function readBody(door: DoorName, body: any): ReadAnswer {
  if (door === 'gemini') {
    const candidate = body.candidates?.[0];
    const parts: any[] = candidate?.content?.parts ?? [];
    const tools = parts.flatMap((part) => part.functionCall ?? []).map(({ name, args }) => ({ name, input: args }));
    return { text: textParts(parts), finish: candidate?.finishReason, usage: body.usageMetadata, tools };
  }
  if (door === 'responses') {
    const text = body.output
      .flatMap((item: any) => item.content ?? [])
      .map((part: any) => part.text ?? '')
      .join('');
    const calls = body.output.filter((item: any) => item.type === 'function_call');
    return { text, finish: body.status, usage: body.usage, tools: calls.map(chatCall) };
  }
  if (door === 'anthropic') {
    const text = body.content.map((block: any) => block.text ?? '').join('');
    const tools = body.content.filter((block: any) => block.type === 'tool_use');
    return {
      text,
      finish: body.stop_reason,
      usage: body.usage,
      tools: tools.map(({ name, input }: any) => ({ name, input })),
    };
  }
  const [choice] = body.choices;
  const tools = (choice.message.tool_calls ?? []).map((one: any) => chatCall(one.function));
  return { text: choice.message.content ?? '', finish: choice.finish_reason, usage: body.usage, tools };
}

/** Puts a stream together as a client has to. */
export function readStream(door: DoorName, body: string): ReadAnswer & { readonly marker: boolean } {
  const events = eventsOf(body);
  const all = events.map(({ data }) => data);
  const usages = all
    .map((data) => data.usageMetadata ?? data.usage)
    .filter((usage) => usage !== undefined && usage !== null);
  const usage = usages.at(-1);
  if (door === 'gemini') {
    const answers = all.map((data) => readBody('gemini', data));
    const finish = answers.at(-1)?.finish;
    const text = answers.map((answer) => answer.text).join('');
    return { text, finish, usage, tools: answers.flatMap(({ tools }) => tools), marker: finish !== undefined };
  }
  if (door === 'responses') {
    const deltas = all.filter(({ type }) => type === 'response.output_text.delta');
    const last = all.at(-1)?.response;
    const text = deltas.map(({ delta }) => delta).join('');
    const ended = last !== undefined && last.status !== 'in_progress';
    return { ...readBody('responses', ended ? last : { output: [] }), text, marker: ended };
  }
  if (door === 'anthropic') {
    const text = all.map(({ delta }) => delta?.text ?? '').join('');
    const json = all.map(({ delta }) => delta?.partial_json ?? '').join('');
    const name = all.find(({ content_block }) => content_block?.type === 'tool_use')?.content_block.name;
    const end = all.find(({ type }) => type === 'message_delta');
    const tools = name === undefined ? [] : [{ name, input: JSON.parse(json) }];
    return { text, finish: end?.delta.stop_reason, usage, tools, marker: all.at(-1)?.type === 'message_stop' };
  }
  const choices = all.flatMap((data) => data['choices']?.[0] ?? []);
  const text = choices.map(({ delta }) => delta.content ?? '').join('');
  const calls = choices.flatMap(({ delta }) => delta.tool_calls ?? []).map((one) => one.function);
  const whole = { name: calls[0]?.name, arguments: calls.map((one) => one.arguments).join('') };
  const finish = choices.map((choice) => choice.finish_reason).find((reason) => reason !== null);
  return {
    text,
    finish,
    usage,
    tools: calls.length > 0 ? [chatCall(whole)] : [],
    marker: (all.at(-1) as unknown) === '[DONE]',
  };
}

function chatCall(one: any): { name: string; input: unknown } {
  return { name: one.name, input: JSON.parse(one.arguments) };
}

function textParts(parts: any[]): string {
  return parts
    .filter((part) => part.thought !== true)
    .map((part) => part.text ?? '')
    .join('');
}
