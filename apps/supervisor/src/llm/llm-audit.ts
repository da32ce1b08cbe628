import { iso, maskText, type Clock } from '@nexus/runtime';
import { nanoToUsd } from '@nexus/finops';
import type { CallTags, RouterEvent } from '@nexus/llm-router';
import type { AuditSink } from './audit-stream.ts';

/** How a call ended for its caller. `rejected`: no provider was asked. */
export type CallEnd =
  | { ok: true; provider: string; model: string; latencyMs: number }
  | { ok: false; rejected: boolean; code: string; message: string; retryAfter: number | undefined; latencyMs: number };

/**
 * The audit records of contract 10.2, without prompts and answers: `llm_attempt` or `llm_provider_error` for each attempt,
 * then one of `llm_success`, `llm_fail`, `llm_reject`, or a `llm_dedupe_hit` alone.
 */
export type LlmAudit = {
  /** Before the call's first event; calls are told apart by the object of their tags. */
  begin: (tags: CallTags) => void;
  onEvent: (event: RouterEvent) => void;
  end: (tags: CallTags, end: CallEnd) => void;
};

/** What earlier events of a call say for the record of its end. */
type Trail = {
  prompt_fp: string;
  provider: string | null;
  model: string | null;
  budget_note: string;
  est_cost_usd: string | null;
  max_output_tokens: number | null;
  key_id: string | null;
  key_fp: string | null;
};

/** Goes with the tags, and away with them: the table of a WeakMap is emptied by a collection of old space only. */
const TRAIL = Symbol('trail');
type Traced = CallTags & { [TRAIL]?: Trail };

function trailOf(tags: Traced): Trail | undefined {
  return tags[TRAIL];
}

function beginTrail(tags: Traced): void {
  tags[TRAIL] = {
    prompt_fp: tags.prompt_fp,
    provider: null,
    model: null,
    budget_note: '',
    est_cost_usd: null,
    max_output_tokens: null,
    key_id: null,
    key_fp: null,
  };
}

export function createLlmAudit(sink: AuditSink, now: Clock): LlmAudit {
  function write(type: string, tags: CallTags, facts: Record<string, unknown>): void {
    const { team, project, purpose } = tags;
    sink.write({
      type,
      ts_utc: iso(now()),
      provider: null,
      model: null,
      purpose,
      latency_ms: 0,
      reason: null,
      err: null,
      retry_after_s: null,
      ...trailOf(tags),
      team,
      project,
      ...facts,
    });
  }

  function onAttempt({ tags, attempt, key, max_output_tokens }: Extract<RouterEvent, { type: 'attempt' }>): void {
    const trail = trailOf(tags);
    if (trail !== undefined) {
      const { provider, model } = attempt;
      Object.assign(trail, { provider, model, max_output_tokens, key_id: key.id, key_fp: key.fingerprint });
    }
    write(attempt.ok ? 'llm_attempt' : 'llm_provider_error', tags, {
      latency_ms: Math.round(attempt.latency_ms),
      reason: attempt.reason,
      err: attempt.message === null ? null : maskText(attempt.message),
      retry_after_s: whole(attempt.retry_after_s),
    });
  }

  return {
    begin: beginTrail,
    onEvent(event) {
      if (event.type === 'attempt') return onAttempt(event);
      if (event.type === 'dedupe_hit') {
        const { tags, provider, model } = event;
        return write('llm_dedupe_hit', tags, { provider, model });
      }
      if (event.type !== 'billed') return;
      const { budget_reason, estimated_nano } = event.billing;
      const trail = trailOf(event.tags);
      if (trail !== undefined)
        Object.assign(trail, { budget_note: budget_reason, est_cost_usd: nanoToUsd(estimated_nano) });
    },
    end(tags, end) {
      const latency_ms = Math.round(end.latencyMs);
      if (end.ok) {
        const { provider, model } = end;
        return write('llm_success', tags, { provider, model, latency_ms });
      }
      write(end.rejected ? 'llm_reject' : 'llm_fail', tags, {
        latency_ms,
        reason: end.code,
        err: maskText(end.message),
        retry_after_s: whole(end.retryAfter ?? null),
        ...(end.code === 'BUDGET_EXCEEDED' ? { budget_note: end.message } : {}),
      });
    },
  };
}

/** LLM_AUDIT_ENABLED=false: nothing is even computed. */
export const silentAudit: LlmAudit = { begin: () => undefined, onEvent: () => undefined, end: () => undefined };

/** Records are chained: no fractions in them. */
function whole(seconds: number | null): number | null {
  return seconds === null ? null : Math.ceil(seconds);
}
