import { createHash } from 'node:crypto';
import type { AnswerFault, Fault } from './fault.ts';
import { minimalDocument } from './minimal-document.ts';
import type { Ask, Call } from './provider-wire.ts';
import { CHARACTERS_PER_TOKEN, type TokenUsage, tokensOf } from './token-usage.ts';

/** One call of a tool by the model. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

/** Why the model stopped; every provider has its own words for it. */
export type Finish = 'stop' | 'length' | 'tools' | 'safety' | 'refusal' | 'blocked' | 'network';

/** What the model answers, before it is written in a provider's format. */
export interface Answer {
  readonly ask: Ask;
  readonly call: Call;
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finish: Finish;
  /** undefined: the provider does not tell. */
  readonly usage: TokenUsage | undefined;
  /** Which events of a stream carry the usage; `usual` is the provider's habit. */
  readonly usageOn: 'usual' | 'last' | 'every';
}

const REFUSAL = "I'm sorry, but I can't help with that.";
const THOUGHTS = 'The user wants an answer. Let me think about what to say.';

/** What a model answers to the request, changed by the fault; the same request gets the same answer, identifiers aside. */
export function planAnswer(ask: Ask, call: Call, fault?: Fault): Answer {
  const usual = usualAnswer(ask, call);
  if (fault === undefined) return usual;
  const changed = { ...usual, ...changeOf(fault as AnswerFault, usual) };
  const { usage } = changed;
  if (usage === undefined || fault.kind === 'usage') return changed;
  return { ...changed, usage: { ...usage, output: outputTokens(changed), reasoning: tokensOf(changed.reasoning) } };
}

function usualAnswer(ask: Ask, call: Call): Answer {
  const toolCalls = calledTools(ask, call);
  const whole = toolCalls.length > 0 ? '' : usualText(ask);
  const limit = (ask.maxOutputTokens ?? Infinity) * CHARACTERS_PER_TOKEN;
  const text = cutAt(whole, limit);
  const stopped = text.length < whole.length ? 'length' : 'stop';
  const finish = toolCalls.length > 0 ? 'tools' : stopped;
  const answer = { ask, call, text, toolCalls, finish, reasoning: '', usageOn: 'usual' } as const;
  const usage = { input: tokensOf(ask.prompt), cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };
  return { ...answer, usage: { ...usage, output: outputTokens(answer) } };
}

/** The part of the answer a fault changes; nothing if the fault is one of the transport. */
function changeOf(fault: AnswerFault, usual: Answer): Partial<Answer> {
  switch (fault.kind) {
    case 'text':
      return { text: fault.reply, toolCalls: [], finish: 'stop' };
    case 'usage':
      return usual.usage === undefined ? {} : { usage: { ...usual.usage, ...fault.over } };
    case 'noUsage':
    case 'usageNever':
      return { usage: undefined };
    case 'usageLastChunkOnly':
      return { usageOn: 'last' };
    case 'usageEveryChunk':
      return { usageOn: 'every' };
    case 'emptyAnswer':
      return { text: '', toolCalls: [], finish: 'stop' };
    case 'refusal':
      return { text: REFUSAL, toolCalls: [], finish: 'refusal' };
    case 'blocked':
      return { text: '', toolCalls: [], finish: 'blocked' };
    case 'safetyStop':
      return { text: half(usual), toolCalls: [], finish: 'safety' };
    case 'truncated':
      return { text: fault.reply ?? half(usual), toolCalls: [], finish: 'length' };
    case 'thinkingOnly':
      return { text: '', toolCalls: [], reasoning: THOUGHTS, finish: 'stop' };
    case 'networkErrorFinish':
      return { text: half(usual), toolCalls: [], finish: 'network' };
    default:
      return {};
  }
}

function usualText(ask: Ask): string {
  if (ask.schema !== undefined) return JSON.stringify(minimalDocument(ask.schema));
  const echo = `Simulated answer of ${ask.model}: ${ask.lastText}`;
  return ask.json ? JSON.stringify({ answer: echo }) : echo;
}

/** A tool is called when one must be, or when the last message says "call the tool", followed by its name if it likes. */
function calledTools({ tools, toolChoice, lastText }: Ask, call: Call): ToolCall[] {
  const wish = /call the tool\s*["'`]?([\w.-]*)|도구.{0,20}(?:호출|사용)/iu.exec(lastText);
  if (toolChoice === 'none' || (toolChoice === 'auto' && wish === null)) return [];
  const name = typeof toolChoice === 'object' ? toolChoice.name : wish?.[1];
  const tool = tools.find((offered) => offered.name === name) ?? tools[0];
  if (tool === undefined) return [];
  return [{ id: identifier('call', call), name: tool.name, input: minimalDocument(tool.schema) }];
}

/** Half of the text, at least one character of it, so that something is missing. */
function half({ text }: Answer): string {
  return cutAt(text, Math.max(1, Math.floor(text.length / 2)));
}

/** The first `length` UTF-16 units, never half a surrogate pair. */
function cutAt(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/u, '');
}

function outputTokens({ text, toolCalls }: Pick<Answer, 'text' | 'toolCalls'>): number {
  const calls = toolCalls.map(({ name, input }) => name + JSON.stringify(input)).join('');
  return tokensOf(text) + tokensOf(calls);
}

/** An identifier in the style of the providers, the same for the n-th request of every simulator. */
export function identifier(kind: string, { sequence }: Call): string {
  return createHash('sha256').update(`${kind} ${sequence}`).digest('hex').slice(0, 24);
}

/** The text in pieces as a stream would deliver them: joined they are the text, none splits a character. */
export function piecesOf(text: string): string[] {
  const characters = Array.from(text);
  const size = Math.max(8, Math.ceil(characters.length / 64));
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += size) pieces.push(characters.slice(at, at + size).join(''));
  return pieces;
}
