import { isObject, listOf, numberOf, objectOf, textOf } from '../json-value.ts';
import type { Ask, Call, OfferedTool, ToolChoice } from '../provider-wire.ts';

/** Reads generateContent; JSON may have camelCase or snake_case names, as protobuf allows. */
export function geminiAsk({ body = {} }: Call, { model, stream }: { model: string; stream: boolean }): Ask {
  const generation = objectOf(body['generationConfig'] ?? body['generation_config']);
  const contents = listOf(body['contents']).filter(isObject);
  const schema = generation['responseJsonSchema'] ?? generation['_responseJsonSchema'] ?? generation['responseSchema'];
  const system = partsText(objectOf(body['systemInstruction'] ?? body['system_instruction']));
  const texts = [system, ...contents.map(partsText)];
  const definitions = [schema, body['tools']].filter((one) => one !== undefined).map((one) => JSON.stringify(one));
  return {
    model,
    stream,
    lastText: texts.at(-1) ?? '',
    prompt: [...texts, ...definitions].join(''),
    json: generation['responseMimeType'] === 'application/json',
    schema,
    tools: listOf(body['tools']).flatMap(declarations),
    toolChoice: toolChoice(objectOf(objectOf(body['toolConfig'])['functionCallingConfig'])),
    maxOutputTokens: numberOf(generation['maxOutputTokens']),
    includeUsage: true,
  };
}

function partsText(content: Readonly<Record<string, unknown>>): string {
  return listOf(content['parts']).filter(isObject).map(partText).join('');
}

function partText(part: Readonly<Record<string, unknown>>): string {
  if (isObject(part['functionResponse'])) return JSON.stringify(part['functionResponse']['response']);
  return part['thought'] === true ? '' : textOf(part['text']);
}

function declarations(tool: unknown): OfferedTool[] {
  return listOf(objectOf(tool)['functionDeclarations'])
    .filter(isObject)
    .map((one) => ({ name: textOf(one['name']), schema: one['parametersJsonSchema'] ?? one['parameters'] }));
}

function toolChoice({ mode, allowedFunctionNames }: Readonly<Record<string, unknown>>): ToolChoice {
  if (mode === 'NONE') return 'none';
  if (mode !== 'ANY') return 'auto';
  const [first] = listOf(allowedFunctionNames);
  return typeof first === 'string' ? { name: first } : 'required';
}
