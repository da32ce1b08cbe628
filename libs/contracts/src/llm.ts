import { z } from 'zod';

const tag = z.string().min(1).max(64);
const count = z.int().min(0);
const MOST_OUTPUT_TOKENS = 8192;

/** Output tokens at most: from 1 to 8192, what is outside is clamped. */
export const outputTokens = z
  .number()
  .transform((tokens) => Math.min(MOST_OUTPUT_TOKENS, Math.max(1, Math.trunc(tokens))));

/** Body of POST /llm/generate. `input` is another name of `input_text`, which wins. */
export const generateSchema = z
  .object({
    input_text: z.string().max(200_000).optional(),
    input: z.string().max(200_000).optional(),
    system: z.string().max(50_000).optional(),
    messages: z
      .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string().max(200_000) }))
      .max(200)
      .optional()
      .describe('Earlier turns; input_text is the last one.'),
    schema_name: z.string().min(1).max(100).optional().describe('A published schema.'),
    schema: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('An inline JSON Schema; not together with schema_name.'),
    allow_repair: z.boolean().default(true),
    purpose: tag
      .default('generic')
      .describe('A tag of the cost; decides how long an equal call is answered from memory.'),
    team: tag.optional(),
    project: tag.optional(),
    provider: z.string().min(1).max(50).optional().describe('Only this provider; names and aliases.'),
    model: z.string().min(1).max(200).optional(),
    preset: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Name of a stored set of parameters; what the request says itself wins.'),
    temperature: z.number().min(0).max(2).optional().describe('0.2 unless told.'),
    max_tokens: outputTokens.optional().describe('1 to 8192, out of range is clamped; 512 unless told.'),
    timeout_s: z.number().positive().max(600).optional(),
    cache_ttl_s: z.int().min(0).max(86_400).optional().describe('0 = never answered from an earlier call.'),
    stream: z.boolean().default(false).describe('Text mode only.'),
    task_id: z.uuid().optional().describe('The task this call belongs to, for the ledger.'),
  })
  .meta({ id: 'Generate' });
export type GenerateRequest = z.infer<typeof generateSchema>;

/** What every answer says about who served it, what it used and what it cost. */
const served = {
  provider: z.string(),
  model: z.string(),
  latency_ms: count,
  disabled: z.boolean().describe('True only when no provider is configured: the answer is a placeholder.'),
  deduped: z.boolean(),
  degraded: z
    .boolean()
    .describe('Another than the first provider of the chain, or a capped answer because of the soft budget.'),
  attempts: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      ok: z.boolean(),
      reason: z.string().nullable(),
      latency_ms: count,
    }),
  ),
  usage: z.object({
    tokens_in: count,
    tokens_out: count,
    approx_tokens: z.boolean(),
    input: count,
    cache_read: count,
    cache_write: count,
    output: count,
    reasoning: count,
  }),
  cost_usd: z.string(),
  cost_nano: z.string(),
};

/** Text mode. `output_text` is the same string as `text`. */
export const generatedTextSchema = z.object({
  ...served,
  text: z.string(),
  output_text: z.string(),
  finish: z.enum(['stop', 'length', 'tool_calls']).describe('"length": the text was cut off at max_tokens.'),
});

/** Schema mode. */
export const generatedDataSchema = z.object({
  ...served,
  schema_name: z.string().nullable(),
  repaired: z.boolean(),
  data: z.record(z.string(), z.unknown()),
  repair_provider: z.string().nullable(),
  repair_model: z.string().nullable(),
});

export const generatedSchema = z.union([generatedTextSchema, generatedDataSchema]).meta({ id: 'Generated' });
export type Generated = z.infer<typeof generatedSchema>;
export type GeneratedText = z.infer<typeof generatedTextSchema>;
export type GeneratedData = z.infer<typeof generatedDataSchema>;
