import { z } from 'zod';
import { outputTokens } from './llm.ts';

const MOST_CHARACTERS = 200_000;

const textPart = z.object({ type: z.literal('text'), text: z.string().max(MOST_CHARACTERS) });
/** Text as OpenAI writes it: a string, or parts that are put together. Images and sounds do not fit. */
const content = z.union([z.string().max(MOST_CHARACTERS), z.array(textPart).max(100)]);

const toolCall = z.object({
  id: z.string().min(1).max(200),
  type: z.literal('function').default('function'),
  function: z.object({ name: z.string().min(1).max(200), arguments: z.string().max(MOST_CHARACTERS) }),
});

const message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content }),
  z.object({ role: z.literal('developer'), content }),
  z.object({ role: z.literal('user'), content }),
  z.object({
    role: z.literal('assistant'),
    content: content.nullish(),
    tool_calls: z.array(toolCall).max(128).nullish(),
  }),
  z.object({ role: z.literal('tool'), content, tool_call_id: z.string().min(1).max(200) }),
]);
export type ChatCompletionMessage = z.infer<typeof message>;

const jsonObject = z.record(z.string(), z.unknown());

const tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: z.string().min(1).max(200),
    description: z.string().max(10_000).nullish(),
    parameters: jsonObject.optional(),
  }),
});

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.literal('function'), function: z.object({ name: z.string().min(1).max(200) }) }),
]);

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({ name: z.string().min(1).max(100), schema: jsonObject.default({}) }),
  }),
]);

/**
 * Body of POST /v1/chat/completions as OpenAI's clients write it (source: the types of the official SDK). Members that are
 * not named here are ignored, as OpenAI's own API does with members of other models. `null` is the same as left out.
 */
export const chatCompletionRequestSchema = z
  .object({
    model: z
      .string()
      .min(1)
      .max(300)
      .describe('"nexus" (the chain), a provider, "provider/model", or a model that exactly one provider is set to.'),
    messages: z.array(message).min(1).max(500),
    max_tokens: outputTokens.nullish(),
    max_completion_tokens: outputTokens.nullish().describe('1 to 8192, out of range is clamped; 4096 unless told.'),
    temperature: z.number().min(0).max(2).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    stop: z.union([z.string().max(500), z.array(z.string().max(500)).max(4)]).nullish(),
    n: z.int().nullish().describe('1 only.'),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
    response_format: responseFormat.nullish(),
    tools: z.array(tool).max(128).nullish(),
    tool_choice: toolChoice.nullish(),
    metadata: z
      .record(z.string(), z.string().max(512))
      .nullish()
      .describe('team, project, purpose, task_id and cache_ttl_s are read as in POST /llm/generate.'),
  })
  .meta({ id: 'ChatCompletionRequest' });
export type ChatCompletionRequest = z.infer<typeof chatCompletionRequestSchema>;

const count = z.int().min(0);
const finishReason = z.enum(['stop', 'length', 'tool_calls']);
/** `prompt_tokens` includes the cached ones and `completion_tokens` the reasoning ones, as OpenAI counts. */
const usage = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }),
  completion_tokens_details: z.object({ reasoning_tokens: count }),
});
export type ChatCompletionUsage = z.infer<typeof usage>;

/** What OpenAI's format has no place for; its clients pass over it. */
const nexus = z.object({
  provider: z.string(),
  deduped: z.boolean(),
  degraded: z.boolean(),
  approx_tokens: z.boolean().describe('The provider named no usage: it was counted by characters.'),
  cost_usd: z.string(),
  cost_nano: z.string(),
});

/** A whole answer. `model` is `provider/model` of who answered, usable as the model of the next request. */
export const chatCompletionSchema = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int().describe('Seconds since 1970.'),
    model: z.string(),
    choices: z.array(
      z.object({
        index: count,
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.null(),
          tool_calls: z.array(toolCall).optional(),
        }),
        logprobs: z.null(),
        finish_reason: finishReason,
      }),
    ),
    usage,
    nexus,
  })
  .meta({ id: 'ChatCompletion' });
export type ChatCompletion = z.infer<typeof chatCompletionSchema>;

/** One event of a stream; the stream ends with the text `[DONE]`. */
export type ChatCompletionChunk = {
  id: string;
  object: 'chat.completion.chunk';
  created: number;
  model: string;
  choices: {
    index: 0;
    delta: {
      role?: 'assistant';
      content?: string;
      tool_calls?: {
        index: number;
        id?: string;
        type?: 'function';
        function: { name?: string; arguments: string };
      }[];
    };
    logprobs: null;
    finish_reason: z.infer<typeof finishReason> | null;
  }[];
  /** Present when the request asks for usage: null until the last chunk, which has no choices. */
  usage?: ChatCompletionUsage | null;
  /** Beside the usage, in the last chunk. */
  nexus?: ChatCompletion['nexus'];
};

export const modelListSchema = z
  .object({
    object: z.literal('list'),
    data: z.array(z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })),
  })
  .meta({ id: 'ModelList' });
export type ModelList = z.infer<typeof modelListSchema>;
