import type { StoredAnswer } from '../guards/guards.ts';
import type { Finish, ModelAnswer, ModelToolCall, ProviderName, Usage } from '../model.ts';
import type { Accepted, GovernedCall, Served } from './governed-call.ts';
import type { Attempt, CallTags, RouterPorts } from './router-ports.ts';
import { noUsage } from './token-estimate.ts';

/** An answer with who gave it, what was tried and what it cost. Amounts are 0 for an answer given before. */
export type RouterAnswer = {
  provider: ProviderName;
  model: string;
  text: string;
  tool_calls: ModelToolCall[];
  finish: Finish;
  latencyMs: number;
  deduped: boolean;
  degraded: boolean;
  attempts: Attempt[];
  usage: Usage;
  approx: boolean;
  costNano: bigint;
};

/** What equal calls are given of an accepted answer; `spentNano` is what the call itself has cost. */
export function answerToShare({ served, text, costNano }: Accepted, spentNano: bigint): Omit<StoredAnswer, 'ts'> {
  const { provider, model, answer } = served;
  const tool_calls = answer.tool_calls.length === 0 ? undefined : answer.tool_calls;
  return { provider, model, text, finish: answer.finish, cost_nano: String(costNano ?? spentNano), tool_calls };
}

/** An answer of an equal call: it cost nothing and took no time. */
export function hitAnswer(ports: Pick<RouterPorts, 'onEvent'>, stored: StoredAnswer, tags: CallTags): RouterAnswer {
  const { provider, model } = stored;
  tellHit(ports, stored, tags);
  return {
    provider,
    model,
    text: stored.text,
    tool_calls: stored.tool_calls ?? [],
    finish: (stored.finish as Finish | undefined) ?? 'stop',
    latencyMs: 0,
    deduped: true,
    degraded: false,
    attempts: [],
    usage: noUsage,
    approx: false,
    costNano: 0n,
  };
}

/** Tells that a call was answered from an equal one, and what it did not cost. */
export function tellHit({ onEvent }: Pick<RouterPorts, 'onEvent'>, stored: StoredAnswer, tags: CallTags): void {
  const { provider, model, cost_nano } = stored;
  const avoided_nano = cost_nano !== undefined && /^\d{1,18}$/.test(cost_nano) ? BigInt(cost_nano) : 0n;
  onEvent({ type: 'dedupe_hit', tags, provider, model, avoided_nano });
}

export function servedAnswer(governed: GovernedCall, { provider, model, answer, latencyMs }: Served): RouterAnswer {
  const { text, tool_calls, finish }: ModelAnswer = answer;
  const { usage, approx, costNano } = governed.budget;
  const { attempts, degraded } = governed;
  return {
    provider,
    model,
    text,
    tool_calls,
    finish,
    latencyMs,
    deduped: false,
    degraded,
    attempts,
    usage,
    approx,
    costNano,
  };
}
