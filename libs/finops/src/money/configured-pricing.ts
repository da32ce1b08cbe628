import { z } from 'zod';
import { usdToNano } from './usd-text.ts';

/** What is configured for a model, in pico-USD a token; a side that is left out has the base price. */
export type ConfiguredPrice = { prompt?: bigint; completion?: bigint };

/** LLM_PRICING_JSON by provider and model; `default` holds for the provider's other models. */
export type Pricing = Readonly<Record<string, Readonly<Record<string, ConfiguredPrice>>>>;

type ReadPricing = { ok: true; pricing: Pricing } | { ok: false; why: string };

const MOST_NANO = 1000n * 1_000_000_000n;

/** USD per 1,000 tokens, which has the digits of pico-USD a token: exactly nine decimals fewer. */
const amount = z.unknown().transform((written, context) => {
  const pico = usdToNano(decimalText(written));
  if (pico !== undefined && pico <= MOST_NANO) return pico;
  context.addIssue({ code: 'custom', message: 'is not an amount from 0 to 1000 with at most nine decimals' });
  return z.NEVER;
});
const pair = z.strictObject({ prompt: amount.optional(), completion: amount.optional() });
const byModel = z.record(z.string(), pair);
const byProvider = z.record(z.string(), z.record(z.string(), z.unknown()));

/**
 * Reads LLM_PRICING_JSON: `{provider: {prompt, completion}}` or `{provider: {model: {prompt, completion}, default: {…}}}`,
 * USD per 1,000 tokens (contract 9.8). Amounts are taken exactly or refused. `providerNamed` resolves names and aliases;
 * a name it does not know is refused. `why` says what is wrong without quoting amounts.
 */
export function parsePricing(
  written: string,
  providerNamed: (name: string) => string | undefined = (name) => name,
): ReadPricing {
  const providers = byProvider.safeParse(jsonOf(written));
  if (!providers.success) return { ok: false, why: 'is not a JSON object of providers' };
  const pricing = new Map<string, Readonly<Record<string, ConfiguredPrice>>>();
  for (const [name, entry] of Object.entries(providers.data)) {
    const provider = providerNamed(name);
    if (provider === undefined) return { ok: false, why: 'prices a provider that does not exist' };
    if (pricing.has(provider)) return { ok: false, why: `prices ${provider} twice` };
    const read = isFlat(entry) ? z.object({ default: pair }).safeParse({ default: entry }) : byModel.safeParse(entry);
    if (!read.success) return { ok: false, why: whyNot(provider, read.error) };
    pricing.set(provider, withoutGaps(read.data));
  }
  return { ok: true, pricing: Object.fromEntries(pricing) };
}

/** The price of the model itself, else of the provider's `default`. A name is taken exactly, never by likeness. */
export function configuredPrice(pricing: Pricing, provider: string, model: string): ConfiguredPrice | undefined {
  const models = Object.hasOwn(pricing, provider) ? pricing[provider] : undefined;
  if (models === undefined) return undefined;
  if (Object.hasOwn(models, model)) return models[model];
  return Object.hasOwn(models, 'default') ? models['default'] : undefined;
}

function jsonOf(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}

/** One pair for all models: its members are amounts, those of a table of models are objects. */
function isFlat(entry: Record<string, unknown>): boolean {
  const values = Object.values(entry);
  return values.length > 0 && values.every((value) => typeof value !== 'object');
}

/** A text as it is, a number without exponent; what is neither, or not told exactly by nine decimals, is no amount: ''. */
function decimalText(written: unknown): string {
  if (typeof written === 'string') return written;
  const text = typeof written === 'number' ? written.toFixed(9) : '';
  return Number(text) === written ? text : '';
}

function withoutGaps(models: Record<string, z.infer<typeof pair>>): Record<string, ConfiguredPrice> {
  const entries = Object.entries(models).map(([model, { prompt, completion }]) => [
    model,
    { ...(prompt === undefined ? {} : { prompt }), ...(completion === undefined ? {} : { completion }) },
  ]);
  return Object.fromEntries(entries) as Record<string, ConfiguredPrice>;
}

function whyNot(provider: string, error: z.ZodError): string {
  const issue = error.issues[0];
  const side = issue?.path.at(-1);
  if (issue?.code === 'custom') return `cannot be used: ${String(side)} of ${provider} ${issue.message}`;
  return `cannot be used: the price of ${provider} is not {prompt, completion}`;
}
