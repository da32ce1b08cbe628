import { configuredPair, type Pricing } from './configured-pricing.ts';
import type { PriceOf } from './price.ts';

/** Contract 9.8, USD per 1,000 tokens, prompt and completion. */
const base: Readonly<Record<string, readonly [prompt: string, completion: string]>> = {
  gemini: ['0.001', '0.002'],
  openai: ['0.005', '0.010'],
  anthropic: ['0.006', '0.012'],
  glm: ['0.003', '0.006'],
  unknown: ['0.005', '0.010'],
};

/** Prices by configuration, then by the provider's base price. An exact model or the provider's default, never a likeness. */
export function createPriceOf(pricing: Pricing): PriceOf {
  return (provider, model) => {
    const [basePrompt, baseCompletion] = base[provider] ?? base['unknown'] ?? ['0', '0'];
    const configured = configuredPair(pricing[provider], model);
    const prompt = picoPerToken(configured?.prompt ?? basePrompt);
    const completion = picoPerToken(configured?.completion ?? baseCompletion);
    const source = configured === undefined ? 'base' : 'configured';
    return { input: prompt, cache_read: prompt, cache_write: prompt, output: completion, source };
  };
}

/** USD per 1,000 tokens as written, to pico-USD a token: exact, for a decimal text has at most nine places. */
function picoPerToken(usdPerThousand: string | number): bigint {
  const text = typeof usdPerThousand === 'number' ? usdPerThousand.toFixed(9) : usdPerThousand;
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(9, '0').slice(0, 9));
}
