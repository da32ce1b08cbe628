import type { Provider, ProviderName, Router, RouterAnswer, RouterCall } from '@nexus/llm-router';
import type { RouterEvent, RouterEventItem } from '@nexus/llm-router';
import type { Clock, Logger } from '@nexus/runtime';
import type { Afterwards } from './afterwards.ts';
import type { LlmAudit } from './llm-audit.ts';
import type { LlmMetrics } from './llm-metrics.ts';
import { llmProblem, stopped, type LlmProblem } from './llm-problems.ts';
import {
  answerStructured,
  type StructuredAnswer,
  type StructuredFailure,
  type WantedDocument,
} from './structured-answer.ts';

export type Refused = { ok: false; problem: LlmProblem };
export type TextOutcome = { ok: true; answer: RouterAnswer } | Refused;
export type DocumentOutcome = { ok: true; answer: StructuredAnswer } | Refused;

/** A part of the answer, then its end; or why it broke off. */
export type StreamPart = RouterEventItem | { type: 'broken'; problem: LlmProblem };
/** Refused = nothing was streamed: the caller still gets a status. */
export type StreamOutcome = { ok: true; parts: AsyncGenerator<StreamPart, void> } | Refused;

/**
 * What both doors to the models do: ask the router, and see to it that every request is counted and audited once, however
 * it ends. Rejects only with faults of our own.
 */
export type LlmDoor = {
  text: (call: RouterCall) => Promise<TextOutcome>;
  document: (call: RouterCall, wanted: WantedDocument) => Promise<DocumentOutcome>;
  stream: (call: RouterCall) => Promise<StreamOutcome>;
};

export type LlmDoorPorts = {
  router: Router;
  providers: Readonly<Record<ProviderName, Provider>>;
  onEvent: (event: RouterEvent) => void;
  metrics: LlmMetrics;
  audit: LlmAudit;
  afterwards: Pick<Afterwards, 'run'>;
  logger: Logger;
  now: Clock;
};

export function createLlmDoor(ports: LlmDoorPorts): LlmDoor {
  const { router, audit, metrics, afterwards, now } = ports;

  function begin({ tags }: RouterCall): { call: RouterCall['tags']; started: number } {
    audit.begin(tags);
    return { call: tags, started: now() };
  }

  function answered(tags: RouterCall['tags'], { provider, model, deduped, latencyMs }: Answered): void {
    afterwards.run(() => {
      metrics.llmGenerate.increment({ provider, outcome: deduped ? 'deduped' : 'ok' });
      if (!deduped) audit.end(tags, { ok: true, provider, model, latencyMs });
    });
  }

  /** Counts a failure and makes a problem of it. Throws on what is our own fault. */
  function failed(call: RouterCall, { started, thrown }: { started: number; thrown: unknown }): Refused {
    const problem = llmProblem(thrown) ?? (call.signal.aborted ? stopped : undefined);
    const code = problem === stopped ? 'CANCELLED' : (problem?.problem ?? 'INTERNAL_ERROR');
    ended(call, { code, started, problem, rejected: !isFailure(problem) });
    if (problem === undefined) throw thrown;
    return { ok: false, problem };
  }

  type Ended = { code: string; started: number; problem: LlmProblem | undefined; rejected: boolean };

  function ended({ tags }: RouterCall, { code, started, problem, rejected }: Ended): void {
    const provider = problem?.detail?.['provider'];
    const message = problem?.message ?? 'the supervisor failed on this call';
    const latencyMs = now() - started;
    afterwards.run(() => {
      metrics.llmGenerate.increment({ provider: typeof provider === 'string' ? provider : 'none', outcome: code });
      audit.end(tags, { ok: false, rejected, code, message, retryAfter: problem?.retryAfter, latencyMs });
    });
  }

  function invalid(call: RouterCall, { started, failure, name }: Invalid): Refused {
    const { code, message, calls, provider, model, latencyMs } = failure;
    if (code === 'SCHEMA_REPAIR_FAILED') {
      ports.logger.warn('An answer could not be repaired into its schema', {
        event: 'JSON_REPAIR_EXHAUSTED',
        schema: name ?? 'inline',
        err: message,
        attempts: calls,
        provider,
        model,
      });
    }
    const members = { provider, model, latency_ms: Math.round(latencyMs), schema_name: name };
    const problem: LlmProblem = { problem: code, message, detail: { provider }, members };
    ended(call, { code, started, problem, rejected: false });
    return { ok: false, problem };
  }

  async function* follow(call: RouterCall, { items, first, started }: Following): AsyncGenerator<StreamPart, void> {
    let over = false;
    try {
      for (let next = first; next.done !== true; next = await items.next()) {
        over = next.value.type === 'end';
        if (next.value.type === 'end') answered(call.tags, next.value.answer);
        yield next.value;
      }
    } catch (thrown: unknown) {
      over = true;
      yield { type: 'broken', problem: failed(call, { started, thrown }).problem };
    } finally {
      // Somebody who hangs up stops reading: what was used by then is settled by the router.
      if (!over) ended(call, { code: 'CANCELLED', started, problem: stopped, rejected: false });
      await items.return();
    }
  }

  return {
    async text(call) {
      const { started } = begin(call);
      try {
        const answer = await router.generate(call);
        answered(call.tags, answer);
        return { ok: true, answer };
      } catch (thrown: unknown) {
        return failed(call, { started, thrown });
      }
    },
    async document(call, wanted) {
      const { started } = begin(call);
      try {
        const outcome = await answerStructured({ ...ports, beforeRepair: begin }, call, wanted);
        if (!outcome.ok) return invalid(call, { started, failure: outcome.failure, name: wanted.name });
        answered(call.tags, outcome.answer);
        return outcome;
      } catch (thrown: unknown) {
        return failed(call, { started, thrown });
      }
    },
    async stream(call) {
      const { started } = begin(call);
      try {
        const items = router.stream(call);
        const first = await items.next();
        return { ok: true, parts: follow(call, { items, first, started }) };
      } catch (thrown: unknown) {
        return failed(call, { started, thrown });
      }
    },
  };
}

type Answered = Pick<RouterAnswer, 'provider' | 'model' | 'deduped' | 'latencyMs'>;
type Invalid = { started: number; failure: StructuredFailure; name: string | null };
type Following = {
  items: AsyncGenerator<RouterEventItem, void>;
  first: IteratorResult<RouterEventItem, void>;
  started: number;
};

/** A provider was asked: its failures name it. */
function isFailure(problem: LlmProblem | undefined): boolean {
  return problem === undefined || problem === stopped || problem.detail?.['provider'] !== undefined;
}
