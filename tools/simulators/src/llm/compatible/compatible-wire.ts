import type { Answer } from '../answer.ts';
import { listOf, textOf } from '../json-value.ts';
import { chatAsk } from '../openai/chat-ask.ts';
import { chatBody, type ChatDialect, chatEvents } from '../openai/chat-answer.ts';
import { chatUsage } from '../openai/openai-usage.ts';
import type { Call, Door, Problem, ProviderWire } from '../provider-wire.ts';
import { compatibleFailure } from './compatible-failure.ts';

/** A local server (Ollama, vLLM): no key, usage on the event that has the finish reason, schemas taken as they are. */
export const compatibleWire: ProviderWire = {
  name: 'openai-compatible',
  prefix: 'compatible',
  base: '/v1',
  blocksWithError: false,
  hasKey: () => true,
  door: ({ method, path }) => (method === 'POST' && path === '/v1/chat/completions' ? chatDoor : undefined),
  models: listModels,
  failure: compatibleFailure,
  headers: () => ({}),
};

const dialect: ChatDialect = {
  finishReasons: {
    stop: 'stop',
    length: 'length',
    tools: 'tool_calls',
    safety: 'content_filter',
    refusal: 'content_filter',
    blocked: 'content_filter',
    network: 'stop',
  },
  reasoningField: 'reasoning',
  refusalField: false,
  usageOn: 'finish',
  usageOnRequest: true,
  usage: chatUsage,
  extras: () => ({ system_fingerprint: 'fp_ollama' }),
};

const chatDoor: Door = {
  framing: 'events',
  newline: '\n',
  check,
  ask: chatAsk,
  body: (answer: Answer) => chatBody(answer, dialect),
  events: (answer: Answer) => chatEvents(answer, dialect),
  failedBody: ({ body }) => body,
  failedEvents: ({ body }) => [{ part: 'end', data: body }],
};

function check({ body = {} }: Call): Problem | undefined {
  if (textOf(body['model']) === '') return { kind: 'badRequest', message: 'model is required' };
  if (listOf(body['messages']).length === 0) return { kind: 'badRequest', message: '[] is too short - messages' };
  return undefined;
}

function listModels({ method, path }: Call): unknown {
  if (method !== 'GET' || path !== '/v1/models') return undefined;
  return { object: 'list', data: [{ id: 'llama3.2', object: 'model', created: 1_727_000_000, owned_by: 'library' }] };
}
