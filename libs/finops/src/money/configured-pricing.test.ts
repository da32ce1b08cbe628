import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { configuredPrice, parsePricing, type ConfiguredPrice } from './configured-pricing.ts';

const names: Readonly<Record<string, string>> = { gemini: 'gemini', glm: 'glm', zai: 'glm' };

function read(written: string) {
  return parsePricing(written, (name) => (Object.hasOwn(names, name) ? names[name] : undefined));
}

function priceIn(written: string, model: string, provider = 'gemini'): ConfiguredPrice | undefined {
  const result = read(written);
  if (!result.ok) throw new Error(result.why);
  return configuredPrice(result.pricing, provider, model);
}

describe('LLM_PRICING_JSON', () => {
  test('one pair for all models of a provider', () => {
    expect(priceIn('{"gemini":{"prompt":0.004,"completion":"0.005"}}', 'any')).toEqual({
      prompt: 4_000_000n,
      completion: 5_000_000n,
    });
    expect(priceIn('{"gemini":{"prompt":0.004}}', 'any', 'glm')).toBeUndefined();
  });

  test('a pair for each model, and default for the others', () => {
    const written = '{"gemini":{"a":{"prompt":1},"default":{"completion":2}}}';
    expect(priceIn(written, 'a')).toEqual({ prompt: 1_000_000_000n });
    expect(priceIn(written, 'b')).toEqual({ completion: 2_000_000_000n });
    expect(priceIn('{"gemini":{"a":{"prompt":1}}}', 'a-1')).toBeUndefined();
    expect(priceIn('{"gemini":{"prompt":{"prompt":1}}}', 'prompt')).toEqual({ prompt: 1_000_000_000n });
    expect(priceIn('{"gemini":{}}', 'a')).toBeUndefined();
  });

  test('names of the language itself are names like others', () => {
    const written = '{"gemini":{"a":{"prompt":1}}}';
    expect(priceIn(written, 'toString')).toBeUndefined();
    expect(priceIn(written, 'a', 'constructor')).toBeUndefined();
    expect(priceIn('{"gemini":{"__proto__":{"prompt":1}}}', 'b')).toBeUndefined();
  });

  test('an alias is the provider it stands for', () => {
    expect(priceIn('{"zai":{"prompt":1}}', 'm', 'glm')).toEqual({ prompt: 1_000_000_000n });
    expect(read('{"zai":{"prompt":1},"glm":{"prompt":2}}')).toEqual({ ok: false, why: 'prices glm twice' });
  });

  test.each([
    ['{', 'is not a JSON object of providers'],
    ['', 'is not a JSON object of providers'],
    ['null', 'is not a JSON object of providers'],
    ['[]', 'is not a JSON object of providers'],
    ['{"gemini":5}', 'is not a JSON object of providers'],
    ['{"skynet":{"prompt":1}}', 'prices a provider that does not exist'],
    ['{"gemini":{"prompt":-1}}', 'cannot be used: prompt of gemini is not an amount'],
    ['{"gemini":{"completion":"-1"}}', 'cannot be used: completion of gemini is not an amount'],
    ['{"gemini":{"prompt":"1e-3"}}', 'cannot be used: prompt of gemini is not an amount'],
    ['{"gemini":{"prompt":1e-10}}', 'cannot be used: prompt of gemini is not an amount'],
    ['{"gemini":{"prompt":1.0000000001}}', 'cannot be used: prompt of gemini is not an amount'],
    ['{"gemini":{"prompt":1e400}}', 'cannot be used: prompt of gemini is not an amount'],
    ['{"gemini":{"prompt":1000.1}}', 'cannot be used: prompt of gemini is not an amount'],
    ['{"gemini":{"prompt":"1000.000000001"}}', 'cannot be used: prompt of gemini is not an amount'],
    ['{"gemini":{"prompt":true}}', 'cannot be used: prompt of gemini is not an amount'],
    ['{"gemini":{"prompt":null}}', 'cannot be used: the price of gemini is not {prompt, completion}'],
    ['{"gemini":{"output":1}}', 'cannot be used: the price of gemini is not {prompt, completion}'],
    ['{"gemini":{"m":{"output":1}}}', 'cannot be used: the price of gemini is not {prompt, completion}'],
    ['{"gemini":{"prompt":1,"m":{"prompt":1}}}', 'cannot be used: the price of gemini is not {prompt, completion}'],
    ['{"gemini":{"m":null}}', 'cannot be used: the price of gemini is not {prompt, completion}'],
  ])('%s is refused', (written, why) => {
    expect(read(written)).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  test('a number is taken exactly, also where it is written with an exponent', () => {
    expect(priceIn('{"gemini":{"prompt":1e-3,"completion":2.5E-7}}', 'm')).toEqual({
      prompt: 1_000_000n,
      completion: 250n,
    });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), (pico) => {
        const digits = pico.toString().padStart(10, '0');
        const text = `${digits.slice(0, -9)}.${digits.slice(-9)}`;
        expect(priceIn(`{"gemini":{"prompt":${text},"completion":"${text}"}}`, 'm')).toEqual({
          prompt: pico,
          completion: pico,
        });
      }),
    );
  });
});
