import type { ProviderName } from '../model.ts';
import { providerFailure, type ProviderFailure } from '../provider-failure.ts';

/** A fault of our own while calling: never mistaken for the provider's refusal, and the money may be gone. */
export function unexpectedFailure(provider: ProviderName, cause: unknown): ProviderFailure {
  const message = `${provider}: the call broke off for an unexpected reason.`;
  return providerFailure({
    provider,
    kind: 'outage',
    message,
    status: 0,
    billed: { state: 'unknown', partialText: '' },
    cause,
  });
}
