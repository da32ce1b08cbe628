import type { Answer } from '../answer.ts';
import { listOf, numberOf, objectOf, textOf } from '../json-value.ts';
import { chatAsk } from '../openai/chat-ask.ts';
import { chatBody, type ChatDialect, chatEvents } from '../openai/chat-answer.ts';
import type { Call, Door, Problem, ProviderWire } from '../provider-wire.ts';
import type { TokenUsage } from '../token-usage.ts';
import { glmFailure } from './glm-failure.ts';

/** Z.ai GLM: chat completions in the manner of OpenAI, with ways of its own. */
export const glmWire: ProviderWire = {
  name: 'glm',
  prefix: 'glm',
  base: '/api/paas/v4',
  blocksWithError: true,
  hasKey: ({ headers }) => /^Bearer .+/u.test(headers['authorization'] ?? ''),
  door: ({ method, path }) => (method === 'POST' && path === '/api/paas/v4/chat/completions' ? chatDoor : undefined),
  models: listModels,
  failure: glmFailure,
  headers: ({ sequence }) => ({ 'x-log-id': `simulated${sequence}` }),
};

const dialect: ChatDialect = {
  finishReasons: {
    stop: 'stop',
    length: 'length',
    tools: 'tool_calls',
    safety: 'sensitive',
    refusal: 'sensitive',
    blocked: 'sensitive',
    network: 'network_error',
  },
  reasoningField: 'reasoning_content',
  refusalField: false,
  usageOn: 'finish',
  usageOnRequest: false,
  usage: glmUsage,
  extras: ({ call }) => ({ request_id: `simulated${call.sequence}` }),
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

/** Narrower than OpenAI: json_object only, one stop word, tool_choice auto, temperature up to 1. */
function check({ body = {} }: Call): Problem | undefined {
  if (textOf(body['model']) === '') return invalid('model');
  if (listOf(body['messages']).length === 0) return invalid('messages');
  const format = objectOf(body['response_format'])['type'];
  if (format !== undefined && format !== 'json_object' && format !== 'text') return invalid('response_format.type');
  const temperature = numberOf(body['temperature']) ?? 0;
  if (temperature < 0 || temperature > 1) return invalid('temperature');
  if (listOf(body['stop']).length > 1) return invalid('stop');
  return ['auto', undefined].includes(body['tool_choice'] as string | undefined) ? undefined : invalid('tool_choice');
}

function invalid(parameter: string): Problem {
  return {
    kind: 'badRequest',
    message: `Invalid API parameter, please check the documentation: ${parameter}`,
    parameter,
  };
}

/** Details may be null. An answer of thoughts only reports no completion tokens at all. */
function glmUsage({ input, cacheRead, cacheWrite, output, reasoning }: TokenUsage, { text }: Answer): object {
  const prompt = input + cacheRead + cacheWrite;
  const completion = text === '' && output === 0 ? 0 : output + reasoning;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: cacheRead > 0 ? { cached_tokens: cacheRead } : null,
    completion_tokens_details: reasoning > 0 ? { reasoning_tokens: reasoning } : null,
  };
}

function listModels({ method, path }: Call): unknown {
  if (method !== 'GET' || path !== '/api/paas/v4/models') return undefined;
  return { object: 'list', data: [{ id: 'glm-4.7', object: 'model', created: 1_766_361_600, owned_by: 'z-ai' }] };
}
