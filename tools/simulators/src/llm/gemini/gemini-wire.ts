import type { Call, Door, Problem, ProviderWire } from '../provider-wire.ts';
import { geminiAsk } from './gemini-ask.ts';
import { geminiBody, geminiEvents } from './gemini-answer.ts';
import { geminiFailure } from './gemini-failure.ts';
import { isObject, listOf, objectOf } from '../json-value.ts';

const OPERATION = /^\/(?:v1|v1beta)\/models\/([^:]+):(generateContent|streamGenerateContent)$/;

/** The Gemini API. Both /v1 and /v1beta are there: the SDK's major version decides which it calls. */
export const geminiWire: ProviderWire = {
  name: 'gemini',
  prefix: 'gemini',
  base: '/v1beta',
  blocksWithError: false,
  hasKey: ({ headers }) => (headers['x-goog-api-key'] ?? '') !== '',
  door,
  models: listModels,
  failure: geminiFailure,
  headers: () => ({ 'x-gemini-service-tier': 'standard' }),
};

function door(call: Call): Door | undefined {
  const operation = OPERATION.exec(call.path);
  if (operation === null || call.method !== 'POST') return undefined;
  const stream = operation[2] === 'streamGenerateContent';
  const framing = stream && call.query.get('alt') !== 'sse' ? 'array' : 'events';
  return {
    framing,
    newline: '\r\n',
    check,
    ask: () => geminiAsk(call, { model: decodeURIComponent(operation[1] ?? ''), stream }),
    body: geminiBody,
    events: geminiEvents,
    failedBody: ({ body }) => body,
    failedEvents: ({ body }) => [{ part: 'end', data: body }],
  };
}

function check({ body = {} }: Call): Problem | undefined {
  const generation = objectOf(body['generationConfig']);
  if (listOf(body['contents']).length === 0) {
    return { kind: 'badRequest', message: '* GenerateContentRequest.contents: contents is not specified\n' };
  }
  const schema = generation['responseJsonSchema'] ?? generation['responseSchema'];
  if (generation['responseJsonSchema'] !== undefined && generation['responseSchema'] !== undefined) {
    return { kind: 'badRequest', message: 'Only one of response_schema and response_json_schema may be set.' };
  }
  if (isObject(schema) && generation['responseMimeType'] !== 'application/json') {
    return {
      kind: 'badRequest',
      message: "Unable to submit request: a response schema needs response_mime_type 'application/json'.",
    };
  }
  return undefined;
}

function listModels({ method, path }: Call): unknown {
  if (method !== 'GET' || !/^\/(?:v1|v1beta)\/models$/.test(path)) return undefined;
  const actions = ['generateContent', 'countTokens'];
  const model = { name: 'models/gemini-3-flash-preview', displayName: 'Gemini 3 Flash', version: '3' };
  return {
    models: [{ ...model, inputTokenLimit: 1_048_576, outputTokenLimit: 65_536, supportedGenerationMethods: actions }],
  };
}
