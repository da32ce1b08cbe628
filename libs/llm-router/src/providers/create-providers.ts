import type { Provider, ProviderName } from '../model.ts';
import type { Transport } from '../transport/transport.ts';
import { anthropicDialect } from './anthropic.ts';
import { createProvider } from './create-provider.ts';
import type { Dialect } from './dialect.ts';
import { geminiDialect } from './gemini.ts';
import { glmDialect } from './glm.ts';
import { openaiCompatibleDialect } from './openai-compatible.ts';
import { openaiDialect } from './openai.ts';

export type ProviderSettings = {
  /** Base URLs, version of the API included, with or without a slash at the end. GLM's may be the full URL. */
  bases: Readonly<Record<ProviderName, string>>;
  /** Value of the `anthropic-version` header, e.g. `2023-06-01`. */
  anthropicVersion: string;
  /** The connections; whoever made them closes them. */
  transport: Transport;
  /** Tells the time in epoch milliseconds: Retry-After dates are relative to it. */
  now: () => number;
};

/** One line for each provider. */
const dialects: Readonly<Record<ProviderName, (settings: ProviderSettings) => Dialect>> = {
  gemini: ({ bases }) => geminiDialect(bases.gemini),
  openai: ({ bases }) => openaiDialect(bases.openai),
  anthropic: ({ bases, anthropicVersion }) => anthropicDialect(bases.anthropic, anthropicVersion),
  glm: ({ bases }) => glmDialect(bases.glm),
  'openai-compatible': ({ bases }) => openaiCompatibleDialect(bases['openai-compatible']),
};

/** Creates every provider. They share the transport and hold no state of their own; keys come with each call. */
export function createProviders(settings: ProviderSettings): Record<ProviderName, Provider> {
  const entries = Object.entries(dialects).map(([name, dialectOf]) => [
    name,
    createProvider(dialectOf(settings), settings),
  ]);
  return Object.fromEntries(entries) as Record<ProviderName, Provider>;
}
