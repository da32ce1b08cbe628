import { PROVIDERS, type ProviderName } from '../model.ts';

const aliases: Readonly<Record<string, ProviderName>> = { zai: 'glm', gml: 'glm' };

/** The provider of a name or alias, in any case; undefined when there is none. */
export function providerNamed(name: string): ProviderName | undefined {
  const lower = name.trim().toLowerCase();
  if (Object.hasOwn(aliases, lower)) return aliases[lower];
  return PROVIDERS.find((provider) => provider === lower);
}

/** Settings that name a chain; empty text = not set. */
export type ChainSettings = {
  LLM_PROVIDER: string;
  LLM_FALLBACKS: readonly string[] | undefined;
  LLM_PRIMARY_PROVIDER: string;
  LLM_FALLBACK_PROVIDERS: readonly string[] | undefined;
};

const DEFAULT_PRIMARY = 'gemini';
const DEFAULT_FALLBACKS = ['openai', 'anthropic', 'glm'];

/**
 * The chain of contract 6.5: LLM_PRIMARY_PROVIDER, else LLM_PROVIDER; LLM_FALLBACK_PROVIDERS, else LLM_FALLBACKS. Names are
 * lower-cased, aliases resolved, repeats dropped; unknown names are dropped and returned, to be warned about. Never empty.
 */
export function readChain(settings: ChainSettings): { chain: ProviderName[]; unknown: string[] } {
  const primary = settings.LLM_PRIMARY_PROVIDER || settings.LLM_PROVIDER || DEFAULT_PRIMARY;
  const fallbacks = settings.LLM_FALLBACK_PROVIDERS ?? settings.LLM_FALLBACKS ?? DEFAULT_FALLBACKS;
  const names = [primary, ...fallbacks].map((name) => name.trim()).filter((name) => name !== '');
  const known = names.flatMap((name) => providerNamed(name) ?? []);
  const chain = [...new Set(known)];
  return {
    chain: chain.length === 0 ? [DEFAULT_PRIMARY] : chain,
    unknown: names.filter((name) => providerNamed(name) === undefined),
  };
}
