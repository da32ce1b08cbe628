/** The providers that are simulated, by the names they have on Nexus' own wire. */
export const SIMULATED_PROVIDERS = ['gemini', 'openai', 'anthropic', 'glm', 'openai-compatible'] as const;

export type SimulatedProvider = (typeof SIMULATED_PROVIDERS)[number];

/** Whether the word names a simulated provider. */
export function isSimulatedProvider(word: unknown): word is SimulatedProvider {
  return SIMULATED_PROVIDERS.some((provider) => provider === word);
}
