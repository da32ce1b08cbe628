import { type Answer, type Finish, identifier, piecesOf } from '../answer.ts';
import type { StreamEvent } from '../provider-wire.ts';
import type { TokenUsage } from '../token-usage.ts';

const FINISH_REASONS: Readonly<Record<Finish, string>> = {
  stop: 'STOP',
  tools: 'STOP',
  length: 'MAX_TOKENS',
  safety: 'SAFETY',
  refusal: 'PROHIBITED_CONTENT',
  blocked: 'PROHIBITED_CONTENT',
  network: 'OTHER',
};

/** GenerateContentResponse of the whole answer. */
export function geminiBody(answer: Answer): unknown {
  const { finish, text, reasoning, usage } = answer;
  if (finish === 'blocked') return chunk(answer, { promptFeedback: blocked(), usage });
  const thoughts = reasoning === '' ? [] : [{ text: reasoning, thought: true }];
  const words = text === '' ? [] : [{ text }];
  const parts = [...thoughts, ...words, ...toolParts(answer)];
  return chunk(answer, { candidate: { ...contentOf(answer, parts), ...ending(answer) }, usage });
}

/** The same in pieces. Usage is cumulative and on every event unless the fault says otherwise. */
export function geminiEvents(answer: Answer): StreamEvent[] {
  const { finish, text, reasoning, usage, usageOn } = answer;
  if (finish === 'blocked') return [{ part: 'end', data: geminiBody(answer) }];
  const running = usageOn === 'last' || usage === undefined ? undefined : usage;
  const thoughts = piecesOf(reasoning).map((piece) => [{ text: piece, thought: true }]);
  const words = finish === 'refusal' ? [] : piecesOf(text).map((piece) => [{ text: piece }]);
  const tools = toolParts(answer);
  const deltas: unknown[][] = [...thoughts, ...words, ...(tools.length > 0 ? [tools] : [])];
  const events = deltas.map((parts, index): StreamEvent => {
    const share = running && { ...running, output: Math.ceil((running.output * (index + 1)) / deltas.length) };
    return { part: 'text', data: chunk(answer, { candidate: contentOf(answer, parts), usage: share }) };
  });
  const last = { ...contentOf(answer, [{ text: '' }]), ...ending(answer) };
  return [...events, { part: 'end', data: chunk(answer, { candidate: last, usage }) }];
}

interface Chunk {
  readonly candidate?: object;
  readonly promptFeedback?: object;
  readonly usage: TokenUsage | undefined;
}

function chunk({ ask, call }: Answer, { candidate, promptFeedback, usage }: Chunk): unknown {
  return {
    ...(candidate && { candidates: [{ ...candidate, index: 0 }] }),
    ...(promptFeedback && { promptFeedback }),
    ...(usage && { usageMetadata: usageMetadata(usage) }),
    modelVersion: ask.model,
    responseId: identifier('gemini', call).slice(0, 22),
  };
}

/** A refused candidate has no content at all. */
function contentOf({ finish }: Answer, parts: readonly unknown[]): object {
  if (finish === 'refusal') return {};
  return { content: parts.length > 0 ? { parts, role: 'model' } : { role: 'model' } };
}

function ending({ finish }: Answer): object {
  const filtered = finish === 'safety' || finish === 'refusal';
  const rating = { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true };
  return { finishReason: FINISH_REASONS[finish], ...(filtered && { safetyRatings: [rating] }) };
}

function toolParts({ toolCalls }: Answer): unknown[] {
  return toolCalls.map(({ id, name, input }) => ({
    functionCall: { id, name, args: input },
    thoughtSignature: 'c2ltdWxhdGVk',
  }));
}

function blocked(): object {
  return { blockReason: 'PROHIBITED_CONTENT' };
}

/** promptTokenCount includes what came from the cache, candidatesTokenCount excludes thoughts; zero buckets are absent. */
function usageMetadata({ input, cacheRead, cacheWrite, output, reasoning }: TokenUsage): object {
  const prompt = input + cacheRead + cacheWrite;
  return {
    promptTokenCount: prompt,
    ...(output > 0 && { candidatesTokenCount: output }),
    totalTokenCount: prompt + output + reasoning,
    ...(cacheRead > 0 && { cachedContentTokenCount: cacheRead }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
  };
}
