import type { Answer } from './parity-case.ts';

/** How the models of A and B are called: the simulated providers say in their answers which model was asked. */
export const MODELS = { A: 'model-of-a', B: 'model-of-b' } as const;

export type GatewayQuestion = { url: string; headers: Record<string, string>; model: string; stream: boolean };

/** A gateway that never answers must not hold up the table. */
const LONGEST_MS = 30_000;
let asked = 0;

/** Asks for a chat completion, never twice the same, and says what came. Never rejects. */
export async function askGateway({ url, headers, model, stream }: GatewayQuestion): Promise<Answer> {
  asked += 1;
  const body = {
    model,
    messages: [
      { role: 'user', content: `Question ${asked}: what is the capital of Korea, and which river runs through it?` },
    ],
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    const { text, broken } = await readAll(response);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const read = isStream ? readStream(text) : readWhole(text);
    return { ...read, status: response.status, failed: read.failed || broken || response.status >= 400 };
  } catch {
    return { status: 0, by: undefined, failed: true, complete: false, tokens: undefined };
  }
}

type Read = Omit<Answer, 'status'>;
/** What is looked at of a chat completion and of a chunk of one. */
type Completion = {
  error?: unknown;
  choices?: {
    message?: { content?: string | null };
    delta?: { content?: string | null };
    finish_reason?: string | null;
  }[];
  usage?: { total_tokens?: number } | null;
};

/** What was read until the connection broke counts too: a caller has seen it. */
async function readAll(response: Response): Promise<{ text: string; broken: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}

function readWhole(text: string): Read {
  const completion = parse(text);
  const by = providerOf(completion?.choices?.[0]?.message?.content ?? '');
  return { by, failed: false, complete: by !== undefined, tokens: completion?.usage?.total_tokens };
}

function readStream(body: string): Read {
  const frames = body
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trim());
  const chunks = frames.filter((frame) => frame !== '[DONE]').map((frame) => parse(frame));
  const text = chunks.map((chunk) => chunk?.choices?.[0]?.delta?.content ?? '').join('');
  const finished = chunks.some((chunk) => typeof chunk?.choices?.[0]?.finish_reason === 'string');
  return {
    by: providerOf(text),
    failed: chunks.some((chunk) => chunk?.error !== undefined),
    complete: finished && frames.at(-1) === '[DONE]',
    tokens: chunks.findLast((chunk) => typeof chunk?.usage?.total_tokens === 'number')?.usage?.total_tokens,
  };
}

function providerOf(text: string): 'A' | 'B' | undefined {
  if (text.includes(MODELS.A)) return 'A';
  return text.includes(MODELS.B) ? 'B' : undefined;
}

function parse(text: string): Completion | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
