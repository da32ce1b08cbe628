import { isObject, type JsonObject, listOf, numberOf, objectOf, textOf } from '../json-value.ts';
import type { Ask, Call, OfferedTool, ToolChoice } from '../provider-wire.ts';
import { schemaInPrompt } from '../schema-in-prompt.ts';

/** Reads a chat completion request; a schema that is only written in the prompt counts when JSON is asked for. */
export function chatAsk({ body = {} }: Call): Ask {
  const messages = listOf(body['messages']).filter(isObject);
  const format = objectOf(body['response_format']);
  const texts = messages.map(({ content }) => contentText(content));
  const named = objectOf(format['json_schema'])['schema'];
  const json = format['type'] === 'json_schema' || format['type'] === 'json_object';
  const definitions = [named, body['tools']].filter((one) => one !== undefined).map((one) => JSON.stringify(one));
  return {
    model: textOf(body['model']),
    lastText: texts.at(-1) ?? '',
    prompt: [...texts, ...definitions].join(''),
    stream: body['stream'] === true,
    json,
    schema: json ? (named ?? schemaInPrompt(texts.join('\n'))) : undefined,
    tools: listOf(body['tools']).map(chatTool),
    toolChoice: chatToolChoice(body['tool_choice']),
    maxOutputTokens: numberOf(body['max_completion_tokens'] ?? body['max_tokens']),
    includeUsage: objectOf(body['stream_options'])['include_usage'] === true,
  };
}

/** The text of a message: a string, or the text parts of a list. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .filter(isObject)
    .map(({ text }) => textOf(text))
    .join('');
}

/** The choice as OpenAI writes it: auto, none, required, or an object that names one tool. */
export function chatToolChoice(choice: unknown): ToolChoice {
  if (choice === 'none' || choice === 'required') return choice;
  const named: JsonObject = objectOf(choice);
  const name = textOf(named['name'] ?? objectOf(named['function'])['name']);
  return name === '' ? 'auto' : { name };
}

function chatTool(tool: unknown): OfferedTool {
  const { name, parameters } = objectOf(objectOf(tool)['function']);
  return { name: textOf(name), schema: parameters };
}
