import { jsonOf } from '@nexus/runtime';
import { providerNamed } from '@nexus/llm-router';
import { z } from 'zod';

const presetSchema = z.strictObject({
  system: z.string().max(50_000).optional(),
  provider: z
    .string()
    .refine((name) => providerNamed(name) !== undefined)
    .optional(),
  model: z.string().min(1).max(200).optional(),
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().min(1).max(8192).optional(),
  timeout_s: z.number().positive().max(600).optional(),
  cache_ttl_s: z.int().min(0).max(86_400).optional(),
});
const presetsSchema = z.record(z.string().min(1).max(100), presetSchema);

/** Parameters a request may take by name; what it says itself wins. */
export type Preset = z.infer<typeof presetSchema>;
export type Presets = z.infer<typeof presetsSchema>;

/** LLM_PRESETS_JSON. */
export const presets = jsonOf<Presets>(
  presetsSchema,
  'JSON {name: {system?, provider?, model?, temperature?, max_tokens?, timeout_s?, cache_ttl_s?}}',
);
