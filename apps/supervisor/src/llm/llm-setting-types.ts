import { nanoToUsd, parsePricing, usdToNano, type Pricing } from '@nexus/finops';
import { parseKeyList, providerNamed, type KeyList, type ProviderName } from '@nexus/llm-router';
import type { ParsedSetting, SettingType } from '@nexus/runtime';

/** An amount of money written as a decimal text of USD; the value is whole nano-USD. 0 is a value. */
export const usd: SettingType<bigint> = {
  accepted: 'an amount in USD such as 20 or 0.5, with at most nine decimals',
  parse(written) {
    const value = usdToNano(written);
    return value === undefined ? { ok: false, why: 'is not an amount of this form' } : { ok: true, value };
  },
  show: nanoToUsd,
};

/** A list of a provider's keys (contract 9.2). */
export const keyList: SettingType<KeyList> = {
  accepted: 'a JSON array of {id, key, created_at?, active?}',
  secret: true,
  parse(written) {
    const result = parseKeyList(written);
    return result.ok ? { ok: true, value: result.keys } : { ok: false, why: `cannot be used: ${result.why}` };
  },
};

/** Prices that replace the built-in ones (contract 9.8); aliases of providers are resolved. */
export const pricing: SettingType<Pricing> = {
  accepted: 'JSON {provider: {prompt, completion}} or {provider: {model: {prompt, completion}}}, USD per 1,000 tokens',
  parse(written) {
    const result = parsePricing(written, providerNamed);
    return result.ok ? { ok: true, value: result.pricing } : { ok: false, why: result.why };
  },
};

/** Numbers by name such as `default:30,ops:15`; a name twice takes the last number. */
export const numbersByName: SettingType<ReadonlyMap<string, number>> = {
  accepted: 'a list of name:whole number, e.g. default:30,ops:15',
  parse: (written) => parsePairs(written, (name) => name, 0),
  show: (value) => [...value].map(([name, count]) => `${name}:${count}`).join(','),
};

/** The same for providers, from 1; aliases are resolved. */
export const countsByProvider: SettingType<ReadonlyMap<ProviderName, number>> = {
  accepted: 'a list of provider:whole number from 1, e.g. gemini:60,anthropic:30',
  parse: (written) => parsePairs(written, providerNamed, 1),
  show: (value) => [...value].map(([name, count]) => `${name}:${count}`).join(','),
};

function parsePairs<Name extends string>(
  written: string,
  nameOf: (written: string) => Name | undefined,
  least: number,
): ParsedSetting<ReadonlyMap<Name, number>> {
  const value = new Map<Name, number>();
  for (const item of written.split(',').filter((each) => each.trim() !== '')) {
    const [, before = '', digits = ''] = /^\s*([^:]+?)\s*:\s*(\d{1,9})\s*$/.exec(item) ?? [];
    if (digits === '') return { ok: false, why: 'has an item that is not name:number' };
    const name = nameOf(before);
    if (name === undefined) return { ok: false, why: 'names a provider that does not exist' };
    if (Number(digits) < least) return { ok: false, why: 'has a number that is too small' };
    value.set(name, Number(digits));
  }
  return { ok: true, value };
}
