import { z } from 'zod';
import type { ProviderName, Usage } from '../model.ts';

/** Prices in pico-USD (10⁻¹² USD) a token; `source` says where the price is from. */
export type Price = {
  input: bigint;
  cache_read: bigint;
  cache_write: bigint;
  output: bigint;
  source: 'configured' | 'book' | 'base';
};
export type PriceOf = (provider: ProviderName, model: string) => Price;

/** Contract 9.8, USD per 1,000 tokens, prompt and completion. */
const base: Readonly<Record<string, readonly [prompt: string, completion: string]>> = {
  gemini: ['0.001', '0.002'],
  openai: ['0.005', '0.010'],
  anthropic: ['0.006', '0.012'],
  glm: ['0.003', '0.006'],
  unknown: ['0.005', '0.010'],
};

const amount = z.union([z.number().min(0).max(1000), z.string().regex(/^\d{1,4}(\.\d{1,9})?$/)]);
const pair = z.strictObject({ prompt: amount.optional(), completion: amount.optional() });
const pricingSchema = z.record(z.string(), z.union([pair, z.record(z.string(), pair)]));
export type Pricing = z.infer<typeof pricingSchema>;

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

/** Prices by configuration, then by the provider's base price. An exact model or the provider's default, never a likeness. */
export function createPriceOf(pricing: Pricing): PriceOf {
  return (provider, model) => {
    const [basePrompt, baseCompletion] = base[provider] ?? base['unknown'] ?? ['0', '0'];
    const configured = configuredFor(pricing[provider], model);
    const prompt = picoPerToken(configured?.prompt ?? basePrompt);
    const completion = picoPerToken(configured?.completion ?? baseCompletion);
    const source = configured === undefined ? 'base' : 'configured';
    return { input: prompt, cache_read: prompt, cache_write: prompt, output: completion, source };
  };
}

type Pair = z.infer<typeof pair>;

function configuredFor(entry: Pricing[string] | undefined, model: string): Pair | undefined {
  if (entry === undefined) return undefined;
  const flat = pair.safeParse(entry);
  if (flat.success && Object.keys(entry).length > 0) return flat.data;
  const models = entry as Record<string, Pair>;
  if (Object.hasOwn(models, model)) return models[model];
  return Object.hasOwn(models, 'default') ? models['default'] : undefined;
}

/** USD per 1,000 tokens as written, to pico-USD a token: exact, for a decimal text has at most nine places. */
function picoPerToken(usdPerThousand: string | number): bigint {
  const text = typeof usdPerThousand === 'number' ? usdPerThousand.toFixed(9) : usdPerThousand;
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(9, '0').slice(0, 9));
}

/** Cost of a usage in nano-USD, one rounding half to even. */
export function costNano(usage: Usage, price: Price): bigint {
  const pico =
    BigInt(usage.input) * price.input +
    BigInt(usage.cache_read) * price.cache_read +
    BigInt(usage.cache_write) * price.cache_write +
    BigInt(usage.output + usage.reasoning) * price.output;
  const whole = pico / 1000n;
  const rest = pico % 1000n;
  if (rest > 500n || (rest === 500n && whole % 2n === 1n)) return whole + 1n;
  return whole;
}

/** Nano-USD as a decimal text of USD without exponent, e.g. `0.000001`. */
export function nanoToUsd(nano: bigint): string {
  const digits = nano.toString().padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -9) : `${digits.slice(0, -9)}.${fraction}`;
}
