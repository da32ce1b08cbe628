import type { ProblemReply, Routes } from '@nexus/contracts';
import { CallRefused, isProviderFailure, type FailureKind, type ProviderFailure } from '@nexus/llm-router';
import { isStoreUnavailable } from '../ops/store-unavailable.ts';

/** Codes a door to the models may answer. */
export type LlmProblemCode = Routes['llmGenerate']['responses']['errors'][number];
export type LlmProblem = ProblemReply<LlmProblemCode>;

/** The budget could not be read: nothing may be spent, whatever the cause is. */
export class BudgetUnreadable extends Error {
  constructor(cause: unknown) {
    super('the budget cannot be read', { cause });
    this.name = 'BudgetUnreadable';
  }
}

/** Nothing but an operator cures a key or a missing configuration: callers need not come back every second. */
const OPERATOR_SECONDS = 60;
/** A Redis that restarts is back in about this time. */
const STORE_SECONDS = 2;

/** What a failed call means to its caller; undefined when it is a fault of our own. */
export function llmProblem(thrown: unknown): LlmProblem | undefined {
  if (thrown instanceof CallRefused) return ofRefusal(thrown);
  if (isProviderFailure(thrown)) return ofFailure(thrown);
  if (!(thrown instanceof BudgetUnreadable) && !isStoreUnavailable(thrown)) return undefined;
  const message = 'the budget cannot be read, so no model may be called; send the request again later';
  return { problem: 'STORE_UNAVAILABLE', message, retryAfter: STORE_SECONDS };
}

/** The call was stopped before its answer: by its caller, who is not there to read this, or by our shutdown. */
export const stopped: LlmProblem = {
  problem: 'PROVIDER_UPSTREAM_ERROR',
  message: 'the call was stopped before the answer was complete; send it again',
  retryAfter: 1,
};

function ofRefusal({ code, message, retryAfterSeconds }: CallRefused): LlmProblem {
  const fallback = code === 'PROVIDER_DISABLED' || code === 'LLM_DISABLED' ? OPERATOR_SECONDS : undefined;
  return { problem: code, message, ...wait(retryAfterSeconds ?? fallback) };
}

/** By kind where the failure code is made for tasks: what no provider could answer is the caller's to change. */
const byKind: Partial<Record<FailureKind, LlmProblemCode>> = { bad_request: 'BAD_REQUEST' };

function ofFailure({ code, message, llm }: ProviderFailure): LlmProblem {
  if (llm.kind === 'cancelled') return stopped;
  const problem = byKind[llm.kind] ?? problemCode(code);
  const seconds = llm.retryAfterSeconds ?? (problem === 'PROVIDER_AUTH_ERROR' ? OPERATOR_SECONDS : undefined);
  return { problem, message, detail: { provider: llm.provider, kind: llm.kind }, ...wait(seconds) };
}

const providerCodes = ['PROVIDER_TIMEOUT', 'PROVIDER_AUTH_ERROR', 'PROVIDER_RATE_LIMIT'] as const;

function problemCode(code: string): LlmProblemCode {
  return providerCodes.find((known) => known === code) ?? 'PROVIDER_UPSTREAM_ERROR';
}

function wait(seconds: number | undefined): { retryAfter?: number } {
  return seconds === undefined ? {} : { retryAfter: Math.max(1, Math.ceil(seconds)) };
}
