import type { Refused } from '../guards/guards.ts';
import type { Reservation } from '../guards/ledger-port.ts';

/** Codes of calls that no provider was asked for, or that none may answer. */
export type RefusalCode =
  'RATE_LIMITED' | 'PROVIDER_UPSTREAM_ERROR' | 'BUDGET_EXCEEDED' | 'PROVIDER_DISABLED' | 'LLM_DISABLED';

/** A call that was turned away before a provider was asked. `retryAfterSeconds` is when it may be worth another try. */
export class CallRefused extends Error {
  readonly code: RefusalCode;
  readonly retryAfterSeconds: number | undefined;

  constructor({
    code,
    message,
    retryAfterSeconds,
  }: {
    code: RefusalCode;
    message: string;
    retryAfterSeconds?: number;
  }) {
    super(message);
    this.name = 'CallRefused';
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function refusedByGuards(refused: Refused): CallRefused {
  const { reason, retryAfterSeconds, providers } = refused;
  const standings = providers.map(({ provider, state }) => `${provider} ${state}`).join(', ');
  if (reason === 'rate_limited') {
    const message = `too many model calls a minute (${standings}); try again in ${Math.ceil(retryAfterSeconds)} s`;
    return new CallRefused({ code: 'RATE_LIMITED', message, retryAfterSeconds });
  }
  const message = `no provider can be called now (${standings}); try again in ${Math.ceil(retryAfterSeconds)} s`;
  return new CallRefused({ code: 'PROVIDER_UPSTREAM_ERROR', message, retryAfterSeconds });
}

export function refusedBudget(refused: Extract<Reservation, { ok: false }>): CallRefused {
  const { reason, retryAfterSeconds } = refused;
  return new CallRefused({ code: 'BUDGET_EXCEEDED', message: reason, retryAfterSeconds });
}
