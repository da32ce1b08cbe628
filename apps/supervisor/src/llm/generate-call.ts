import {
  providerNamed,
  promptFingerprint,
  publishedSchema,
  compileSchema,
  type ModelMessage,
  type RouterCall,
} from '@nexus/llm-router';
import type { GenerateRequest, ProblemReply } from '@nexus/contracts';
import type { Llm } from './create-llm.ts';
import type { Preset } from './llm-presets.ts';
import type { WantedDocument } from './structured-answer.ts';

/** Who asks: the kind of key that was sent, and the end of the request. */
export type Caller = { signal: AbortSignal; caller: string | null };

/** A request of /llm/generate as the router understands it; `wanted` in schema mode. */
export type GenerateCall = { call: RouterCall; wanted: WantedDocument | undefined };

type BadRequest = ProblemReply<'BAD_REQUEST'>;

const DEFAULT_TEMPERATURE = 0.2;
const DEFAULT_MAX_TOKENS = 512;

/** Reads a request whose members fit each by itself: what contradicts or names nothing is told as 400. */
export function generateCall(
  body: GenerateRequest,
  llm: Pick<Llm, 'defaults' | 'presets'>,
  { signal, caller }: Caller,
): GenerateCall | BadRequest {
  const text = body.input_text ?? body.input ?? '';
  if (text.trim() === '') return bad('input_text is empty; write what the model is to answer');
  const preset = presetOf(body.preset, llm.presets);
  if (preset === undefined) return bad('no preset has this name; leave it out or use a name of LLM_PRESETS_JSON');
  const named = body.provider ?? preset.provider;
  const provider = named === undefined ? undefined : providerNamed(named);
  if (named !== undefined && provider === undefined)
    return bad(`no provider has this name; known are ${providerNames}`);
  const wanted = wantedDocument(body);
  if (wanted !== undefined && 'problem' in wanted) return wanted;
  const messages = messagesOf(body, preset, text);
  const call: RouterCall = {
    prompt: {
      messages,
      temperature: body.temperature ?? preset.temperature ?? DEFAULT_TEMPERATURE,
      max_tokens: body.max_tokens ?? preset.max_tokens ?? DEFAULT_MAX_TOKENS,
      ...(wanted === undefined ? {} : { schema: { name: wanted.name ?? 'answer', schema: wanted.schema } }),
    },
    provider,
    model: body.model ?? preset.model,
    tags: {
      team: body.team ?? llm.defaults.team,
      project: body.project ?? llm.defaults.project,
      purpose: body.purpose,
      task_id: body.task_id ?? null,
      caller,
      prompt_fp: promptFingerprint(messages),
    },
    timeoutSeconds: body.timeout_s ?? preset.timeout_s,
    cacheTtlSeconds: body.cache_ttl_s ?? preset.cache_ttl_s,
    strict: wanted?.allowRepair === false ? true : undefined,
    signal,
  };
  return { call, wanted };
}

const providerNames = 'gemini, openai, anthropic, glm (zai, gml) and openai-compatible';

/** A name that is not set is undefined; no name is no preset. */
function presetOf(name: string | undefined, presets: Llm['presets']): Preset | undefined {
  if (name === undefined) return {};
  return Object.hasOwn(presets, name) ? presets[name] : undefined;
}

function messagesOf(body: GenerateRequest, preset: Preset, text: string): ModelMessage[] {
  const system = body.system ?? preset.system;
  return [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    ...(body.messages ?? []),
    { role: 'user', content: text },
  ];
}

function wantedDocument(body: GenerateRequest): WantedDocument | BadRequest | undefined {
  const { schema_name: name, schema, allow_repair: allowRepair } = body;
  if (name === undefined && schema === undefined) return undefined;
  if (name !== undefined && schema !== undefined) return bad('send either schema_name or schema, not both');
  if (body.stream) return bad('a schema is answered as a whole; leave out stream or the schema');
  if (name !== undefined) {
    const published = publishedSchema(name);
    if (published === undefined) return bad('no schema is published under this schema_name');
    return { name, schema: published.schema, validate: published.validate, allowRepair };
  }
  return inlineDocument(schema, { name: null, allowRepair });
}

/** A schema its caller wrote; 400 with what is wrong with it when it cannot be used. Compiled once for equal schemas. */
export function inlineDocument(
  schema: unknown,
  { name, allowRepair }: Pick<WantedDocument, 'name' | 'allowRepair'>,
): WantedDocument | BadRequest {
  const compiled = compileSchema(schema);
  if (compiled.ok) return { name, schema: compiled.schema, validate: compiled.validate, allowRepair };
  return {
    ...bad('the schema cannot be used; the issues say why'),
    detail: { issues: compiled.problems.slice(0, 20).map((message) => ({ path: 'schema', message })) },
  };
}

/** A request nobody can answer. */
export function bad(message: string): BadRequest {
  return { problem: 'BAD_REQUEST', message };
}
