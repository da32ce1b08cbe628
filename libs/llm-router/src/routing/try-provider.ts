import type { ModelAnswer, ModelRequest, ProviderName } from '../model.ts';
import { isProviderFailure, type ProviderFailure } from '../provider-failure.ts';
import { limitedSignal } from './limited-signal.ts';
import type { ProviderKey } from './provider-keys.ts';
import type { Attempt, CallTags, RouterPorts } from './router-ports.ts';
import { unexpectedFailure } from './unexpected-failure.ts';

/** What one attempt calls. `committed` is told when something reached the caller: from then on nobody else may answer. */
export type Target = {
  provider: ProviderName;
  model: string;
  key: string;
  request: ModelRequest;
  signal: AbortSignal;
  committed: () => void;
};

/** How a provider is asked: whole, as a stream, or as a document. */
export type Work = (target: Target) => Promise<ModelAnswer>;

export type Try = {
  provider: ProviderName;
  request: ModelRequest;
  key: ProviderKey;
  tags: CallTags;
  timeoutSeconds: number;
  /** Of the caller: aborts when it hangs up. */
  signal: AbortSignal;
  committed: () => void;
};

/** Asks one provider once, within its time, and tells of the attempt. Rejects never: what goes wrong is the outcome. */
export async function tryProvider(
  ports: Pick<RouterPorts, 'now' | 'onEvent'>,
  { provider, request, key, tags, timeoutSeconds, signal, committed }: Try,
  work: Work,
): Promise<{ outcome: ModelAnswer | ProviderFailure; attempt: Attempt }> {
  const started = ports.now();
  const limit = limitedSignal(signal, timeoutSeconds);
  const { model } = request;
  let outcome: ModelAnswer | ProviderFailure;
  try {
    outcome = await work({ provider, model, key: key.key, request, signal: limit.signal, committed });
  } catch (thrown: unknown) {
    outcome = isProviderFailure(thrown) ? thrown : unexpectedFailure(provider, thrown);
  } finally {
    limit.clear();
  }
  const failed = isProviderFailure(outcome) ? outcome : undefined;
  const attempt: Attempt = {
    provider,
    model,
    ok: failed === undefined,
    reason: failed?.code ?? null,
    kind: failed?.llm.kind ?? null,
    latency_ms: ports.now() - started,
    retry_after_s: failed?.llm.retryAfterSeconds ?? null,
    message: failed?.message ?? null,
  };
  const { id, fingerprint } = key;
  ports.onEvent({ type: 'attempt', tags, attempt, key: { id, fingerprint }, max_output_tokens: request.max_tokens });
  return { outcome, attempt };
}
