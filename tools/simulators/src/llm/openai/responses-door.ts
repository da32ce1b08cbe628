import { isObject, listOf, numberOf, objectOf, textOf } from '../json-value.ts';
import type { Ask, Call, Door, OfferedTool, Problem } from '../provider-wire.ts';
import { schemaInPrompt } from '../schema-in-prompt.ts';
import { chatToolChoice, contentText } from './chat-ask.ts';
import { failedResponse, failedResponseEvents, responsesBody, responsesEvents } from './responses-answer.ts';
import { strictSchemaComplaint } from './strict-schema.ts';

/** POST /v1/responses. A failure after the 200 is a response whose status is `failed`. */
export const responsesDoor: Door = {
  framing: 'events',
  newline: '\n',
  check,
  ask,
  body: responsesBody,
  events: responsesEvents,
  failedBody: failedResponse,
  failedEvents: failedResponseEvents,
};

function check({ body = {} }: Call): Problem | undefined {
  if (textOf(body['model']) === '')
    return { kind: 'badRequest', message: "Missing required parameter: 'model'.", parameter: 'model' };
  const { input } = body;
  if (textOf(input) === '' && listOf(input).length === 0) {
    return { kind: 'badRequest', message: "Missing required parameter: 'input'.", parameter: 'input' };
  }
  const format = objectOf(objectOf(body['text'])['format']);
  if (format['type'] === 'json_schema' && (textOf(format['name']) === '' || !isObject(format['schema']))) {
    return {
      kind: 'badRequest',
      message: "Missing required parameter: 'text.format.name'.",
      parameter: 'text.format.name',
    };
  }
  const complaint = format['strict'] === true ? strictSchemaComplaint(format['schema']) : undefined;
  if (complaint === undefined) return undefined;
  return {
    kind: 'badRequest',
    message: `Invalid schema for response_format '${textOf(format['name'])}': ${complaint}`,
    parameter: 'text.format.schema',
  };
}

function ask({ body = {} }: Call): Ask {
  const { input } = body;
  const items = listOf(input).filter(isObject);
  const texts =
    typeof input === 'string' ? [input] : items.map((item) => contentText(item['content'] ?? item['output']));
  const all = [textOf(body['instructions']), ...texts];
  const format = objectOf(objectOf(body['text'])['format']);
  const json = format['type'] === 'json_schema' || format['type'] === 'json_object';
  const definitions = [format['schema'], body['tools']]
    .filter((one) => one !== undefined)
    .map((one) => JSON.stringify(one));
  return {
    model: textOf(body['model']),
    lastText: all.at(-1) ?? '',
    prompt: [...all, ...definitions].join(''),
    stream: body['stream'] === true,
    json,
    schema: json ? (format['schema'] ?? schemaInPrompt(all.join('\n'))) : undefined,
    tools: listOf(body['tools']).map(tool),
    toolChoice: chatToolChoice(body['tool_choice']),
    maxOutputTokens: numberOf(body['max_output_tokens']),
    includeUsage: true,
  };
}

function tool(given: unknown): OfferedTool {
  const { name, parameters } = objectOf(given);
  return { name: textOf(name), schema: parameters };
}
