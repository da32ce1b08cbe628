import type { Fault } from '@nexus/simulators';

/** Two providers in a chain, A before B; B always works. One gateway before them is asked for chat completions. */
export type ParityCase = {
  /** What A does, in words. */
  name: string;
  /** What a caller may expect of a gateway then, in words. */
  right: string;
  /** What A does to every request, or `once` to the first one only. */
  fault: Fault;
  once?: boolean;
  /** Requests one after the other, no two equal; 1 by default. */
  calls?: number;
  stream?: boolean;
  /** Further tries of the same provider that the gateway is set to; 0 by default. */
  retries?: 0 | 2;
  /** Whether what was seen is right. */
  passes: (seen: Seen) => boolean;
};

/** Everything there is to see from outside: the answers in order, and how often each provider was asked. */
export type Seen = { answers: Answer[]; hits: { a: number; b: number } };

export type Answer = {
  status: number;
  /** Whose text the answer holds; undefined where there is none of either. */
  by: 'A' | 'B' | undefined;
  /** The caller was told that it failed: an error status, an error in the stream, or a connection that broke. */
  failed: boolean;
  /** Text without an end of its own is half an answer: a stream needs its finish reason and `[DONE]`. */
  complete: boolean;
  /** Tokens of the usage; undefined where the answer has none. */
  tokens: number | undefined;
};

/** The last answer in words, and how often A and B were asked. */
export function describeSeen({ answers, hits }: Seen): string {
  const last = answers.at(-1);
  const what = last === undefined ? 'nothing' : describeAnswer(last);
  return `${what} (A ${hits.a}×, B ${hits.b}×)`;
}

function describeAnswer({ status, by, failed, complete, tokens }: Answer): string {
  if (by === undefined) return failed ? `error, status ${status}` : `status ${status} without an answer`;
  if (failed) return `text of ${by}, then an error`;
  if (!complete) return `text of ${by}, then silence`;
  return tokens === undefined ? `${by} answers, no usage` : `${by} answers`;
}
