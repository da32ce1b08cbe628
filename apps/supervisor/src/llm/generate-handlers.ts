import { isProblemReply, problemBody, type GeneratedText, type Routes } from '@nexus/contracts';
import type { Handlers, StreamFrame } from '@nexus/runtime/http';
import type { Llm } from './create-llm.ts';
import { generateCall, type GenerateCall } from './generate-call.ts';
import { dataBody, textBody } from './generated-body.ts';
import type { StreamPart } from './llm-door.ts';
import type { LlmMetrics } from './llm-metrics.ts';
import { nobodyConfigured, noopData, noopText } from './noop-answer.ts';

type GenerateHandler = Handlers<Pick<Routes, 'llmGenerate'>>;
type Reply = Awaited<ReturnType<GenerateHandler['llmGenerate']>>;

/** POST /llm/generate (contract 1.5). */
export function createGenerateHandlers(llm: Llm, metrics: Pick<LlmMetrics, 'llmGenerate'>): GenerateHandler {
  const { door } = llm;

  async function answerData({ call, wanted }: GenerateCall): Promise<Reply> {
    if (wanted === undefined) return answerText(call);
    const outcome = await door.document(call, wanted);
    return outcome.ok ? { status: 200, body: dataBody(outcome.answer, wanted.name) } : outcome.problem;
  }

  async function answerText(call: GenerateCall['call']): Promise<Reply> {
    const outcome = await door.text(call);
    return outcome.ok ? { status: 200, body: textBody(outcome.answer) } : outcome.problem;
  }

  async function answerStream({ call }: GenerateCall, requestId: string): Promise<Reply> {
    const outcome = await door.stream(call);
    return outcome.ok ? { status: 200, frames: framesOf(outcome.parts, requestId) } : outcome.problem;
  }

  /** Nobody is configured. */
  function answerNothing({ wanted }: GenerateCall, stream: boolean): Reply {
    const body = wanted === undefined ? noopText(llm) : noopData(llm, wanted);
    const outcome = isProblemReply(body) ? body.problem : 'noop';
    metrics.llmGenerate.increment({ provider: 'noop', outcome });
    if (isProblemReply(body)) return body;
    return stream && 'text' in body ? { status: 200, frames: wholeStream(body) } : { status: 200, body };
  }

  return {
    async llmGenerate({ body, credential, signal, requestId }) {
      const read = generateCall(body, llm, { signal, caller: credential?.kind ?? null });
      if ('problem' in read) return read;
      if (nobodyConfigured(llm, read.call.provider)) return answerNothing(read, body.stream);
      return body.stream ? answerStream(read, requestId) : answerData(read);
    },
  };
}

/** `delta` events, then exactly one of `done` and `error`. */
async function* framesOf(parts: AsyncIterable<StreamPart>, requestId: string): AsyncGenerator<StreamFrame> {
  for await (const part of parts) {
    if (part.type === 'text') yield { event: 'delta', json: { text: part.text } };
    if (part.type === 'end') yield { event: 'done', json: textBody(part.answer) };
    if (part.type === 'broken') {
      yield { event: 'error', json: problemBody(part.problem, { instance: '/llm/generate', requestId }) };
    }
  }
}

async function* wholeStream(body: GeneratedText): AsyncGenerator<StreamFrame> {
  yield { event: 'delta', json: { text: body.text } };
  yield { event: 'done', json: body };
}
