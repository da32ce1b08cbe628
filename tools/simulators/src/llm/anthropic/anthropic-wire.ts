import { isObject, listOf, numberOf, objectOf, textOf } from '../json-value.ts';
import { contentText } from '../openai/chat-ask.ts';
import type { Ask, Call, Door, OfferedTool, Problem, ProviderWire, ToolChoice } from '../provider-wire.ts';
import { anthropicBody, anthropicEvents } from './anthropic-answer.ts';
import { anthropicFailure } from './anthropic-failure.ts';
import { schemaComplaint } from './schema-complaint.ts';

/** The Messages API. Its SDK sends the key as Bearer since version 1, as x-api-key before; both are taken. */
export const anthropicWire: ProviderWire = {
  name: 'anthropic',
  prefix: 'anthropic',
  base: '/v1',
  blocksWithError: true,
  hasKey: ({ headers }) => (headers['x-api-key'] ?? '') !== '' || /^Bearer .+/u.test(headers['authorization'] ?? ''),
  door: ({ method, path }) => (method === 'POST' && path === '/v1/messages' ? messagesDoor : undefined),
  models: listModels,
  failure: anthropicFailure,
  headers: ({ sequence }) => ({ 'request-id': `req_simulated${sequence}`, 'anthropic-organization-id': 'simulated' }),
};

const messagesDoor: Door = {
  framing: 'events',
  newline: '\n',
  check,
  ask,
  body: anthropicBody,
  events: anthropicEvents,
  failedBody: ({ body }) => body,
  failedEvents: ({ body }) => [{ part: 'end', name: 'error', data: body }],
  ping: { part: 'start', name: 'ping', data: { type: 'ping' } },
};

function check({ headers, body = {} }: Call): Problem | undefined {
  if ((headers['anthropic-version'] ?? '') === '')
    return { kind: 'badRequest', message: 'anthropic-version: header is required' };
  if (textOf(body['model']) === '') return { kind: 'badRequest', message: 'model: Field required' };
  if ((numberOf(body['max_tokens']) ?? 0) < 1) return { kind: 'badRequest', message: 'max_tokens: Field required' };
  const messages = listOf(body['messages']).filter(isObject);
  if (messages.length === 0) return { kind: 'badRequest', message: 'messages: at least one message is required' };
  if (messages.some(({ role }) => role === 'system')) {
    return {
      kind: 'badRequest',
      message:
        'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
    };
  }
  const temperature = numberOf(body['temperature']) ?? 0;
  if (temperature < 0 || temperature > 1) return { kind: 'badRequest', message: 'temperature: range: 0..1' };
  const complaint = schemaComplaint(schemaOf(body));
  return complaint === undefined
    ? undefined
    : { kind: 'badRequest', message: `output_config.format.schema: ${complaint}` };
}

function schemaOf(body: Readonly<Record<string, unknown>>): unknown {
  return objectOf(objectOf(body['output_config'])['format'] ?? body['output_format'])['schema'];
}

function ask({ body = {} }: Call): Ask {
  const schema = schemaOf(body);
  const texts = [
    contentText(body['system']),
    ...listOf(body['messages']).map((message) => messageText(objectOf(message)['content'])),
  ];
  const definitions = [schema, body['tools']].filter((one) => one !== undefined).map((one) => JSON.stringify(one));
  return {
    model: textOf(body['model']),
    lastText: texts.at(-1) ?? '',
    prompt: [...texts, ...definitions].join(''),
    stream: body['stream'] === true,
    json: schema !== undefined,
    schema,
    tools: listOf(body['tools']).map(tool),
    toolChoice: toolChoice(objectOf(body['tool_choice'])),
    maxOutputTokens: numberOf(body['max_tokens']),
    includeUsage: true,
  };
}

/** Text blocks, and what tools answered. */
function messageText(content: unknown): string {
  const results = listOf(content)
    .filter(isObject)
    .filter(({ type }) => type === 'tool_result');
  return contentText(content) + results.map((block) => contentText(block['content'])).join('');
}

function tool(given: unknown): OfferedTool {
  const { name, input_schema } = objectOf(given);
  return { name: textOf(name), schema: input_schema };
}

function toolChoice({ type, name }: Readonly<Record<string, unknown>>): ToolChoice {
  if (type === 'none') return 'none';
  if (type === 'any') return 'required';
  return type === 'tool' && typeof name === 'string' ? { name } : 'auto';
}

function listModels({ method, path }: Call): unknown {
  if (method !== 'GET' || path !== '/v1/models') return undefined;
  const id = 'claude-sonnet-4-5-20250929';
  const model = { type: 'model', id, display_name: 'Claude Sonnet 4.5', created_at: '2025-09-29T00:00:00Z' };
  return { data: [model], has_more: false, first_id: id, last_id: id };
}
