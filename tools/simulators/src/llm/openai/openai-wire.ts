import type { Answer } from '../answer.ts';
import { listOf, objectOf, textOf } from '../json-value.ts';
import type { Call, Door, Problem, ProviderWire } from '../provider-wire.ts';
import { chatAsk } from './chat-ask.ts';
import { chatBody, type ChatDialect, chatEvents } from './chat-answer.ts';
import { openaiFailure } from './openai-failure.ts';
import { chatUsage } from './openai-usage.ts';
import { responsesDoor } from './responses-door.ts';
import { strictSchemaComplaint } from './strict-schema.ts';

/** The OpenAI API: chat completions and Responses. */
export const openaiWire: ProviderWire = {
  name: 'openai',
  prefix: 'openai',
  base: '/v1',
  blocksWithError: true,
  hasKey: ({ headers }) => /^Bearer .+/u.test(headers['authorization'] ?? ''),
  door,
  models: openaiModels,
  failure: openaiFailure,
  headers: ({ sequence }) => ({
    'x-request-id': `req_simulated${sequence}`,
    'openai-organization': 'org-simulated',
    'openai-processing-ms': '1',
    'openai-version': '2020-10-01',
  }),
};

const dialect: ChatDialect = {
  finishReasons: {
    stop: 'stop',
    length: 'length',
    tools: 'tool_calls',
    safety: 'content_filter',
    refusal: 'stop',
    blocked: 'content_filter',
    network: 'stop',
  },
  reasoningField: null,
  refusalField: true,
  usageOn: 'extra',
  usageOnRequest: true,
  usage: chatUsage,
  extras: () => ({ service_tier: 'default', system_fingerprint: null }),
};

const chatDoor: Door = {
  framing: 'events',
  newline: '\n',
  check: checkChat,
  ask: chatAsk,
  body: (answer: Answer) => chatBody(answer, dialect),
  events: (answer: Answer) => chatEvents(answer, dialect),
  failedBody: ({ body }) => body,
  failedEvents: ({ body }) => [{ part: 'end', data: body }],
};

function door({ method, path }: Call): Door | undefined {
  if (method !== 'POST') return undefined;
  if (path === '/v1/chat/completions') return chatDoor;
  return path === '/v1/responses' ? responsesDoor : undefined;
}

function checkChat({ body = {} }: Call): Problem | undefined {
  if (textOf(body['model']) === '')
    return { kind: 'badRequest', message: 'you must provide a model parameter', parameter: 'model' };
  const messages = listOf(body['messages']);
  if (messages.length === 0) {
    return {
      kind: 'badRequest',
      message:
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      parameter: 'messages',
    };
  }
  const format = objectOf(body['response_format']);
  if (format['type'] === 'json_object' && !/json/iu.test(JSON.stringify(messages))) {
    return {
      kind: 'badRequest',
      message: "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      parameter: 'messages',
    };
  }
  const named = objectOf(format['json_schema']);
  const complaint = named['strict'] === true ? strictSchemaComplaint(named['schema']) : undefined;
  if (complaint === undefined) return undefined;
  return {
    kind: 'badRequest',
    message: `Invalid schema for response_format '${textOf(named['name'])}': ${complaint}`,
    parameter: 'response_format',
  };
}

/** The list of models in OpenAI's form. */
export function openaiModels({ method, path }: Call): unknown {
  if (method !== 'GET' || path !== '/v1/models') return undefined;
  return { object: 'list', data: [{ id: 'gpt-5.2', object: 'model', created: 1_765_313_051, owned_by: 'system' }] };
}
