import { z } from 'zod';

const amount = z.union([z.number().min(0).max(1000), z.string().regex(/^\d{1,4}(\.\d{1,9})?$/)]);
const pair = z.strictObject({ prompt: amount.optional(), completion: amount.optional() });
const pricingSchema = z.record(z.string(), z.union([pair, z.record(z.string(), pair)]));

/** LLM_PRICING_JSON as it was read. */
export type Pricing = z.infer<typeof pricingSchema>;
type Pair = z.infer<typeof pair>;

/** Reads LLM_PRICING_JSON: `{provider: {prompt, completion}}` or `{provider: {model: {…}, default: {…}}}`, USD per 1,000 tokens. */
export function parsePricing(written: string): { ok: true; pricing: Pricing } | { ok: false; why: string } {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return { ok: false, why: 'is not JSON' };
  }
  const parsed = pricingSchema.safeParse(value);
  if (parsed.success) return { ok: true, pricing: parsed.data };
  return { ok: false, why: `${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}` };
}

/** What is configured for a model: its own pair, else the provider's `default`. A name is taken exactly, never by likeness. */
export function configuredPair(entry: Pricing[string] | undefined, model: string): Pair | undefined {
  if (entry === undefined) return undefined;
  const flat = pair.safeParse(entry);
  if (flat.success && Object.keys(entry).length > 0) return flat.data;
  const models = entry as Record<string, Pair>;
  if (Object.hasOwn(models, model)) return models[model];
  return Object.hasOwn(models, 'default') ? models['default'] : undefined;
}
