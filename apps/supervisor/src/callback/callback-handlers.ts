import { createHash } from 'node:crypto';
import {
  verifySignature,
  type Callback,
  type ProblemReply,
  type Routes,
  type SignaturePolicy,
  type SignatureVerdict,
} from '@nexus/contracts';
import type { Clock } from '@nexus/runtime';
import type { Handlers, RouteReply, RouteRequest } from '@nexus/runtime/http';
import type { ReportOutcome, TaskQueue } from '@nexus/task-queue';
import { accountReport, type AccountingPorts } from './account-report.ts';
import type { KeySource } from './key-source.ts';
import type { NonceStore, OneTimeValue } from './nonce-store.ts';

export type CallbackPorts = AccountingPorts & {
  queue: TaskQueue;
  nonces: NonceStore;
  keys: KeySource;
  now: Clock;
  policy: SignaturePolicy;
  /** How long a one-time value is remembered. */
  nonceTtlSeconds: number;
};

type CallbackRoute = Routes['agentCallback'];
type Request = RouteRequest<CallbackRoute>;
type Reply = RouteReply<CallbackRoute>;
type Admission =
  | {
      ok: true;
      oneTime?: OneTimeValue;
      /** A sender's retry whose work is done: only the answer is repeated. */ done: boolean;
    }
  | {
      ok: false;
      reply: ProblemReply<'BAD_TIMESTAMP' | 'BAD_NONCE' | 'BAD_SIGNATURE' | 'REPLAY_DETECTED' | 'MISCONFIG'>;
    };

/**
 * Takes the reports of agents: signature over the bytes received, then the one-time value, then the body, then the task.
 * Counts and logs a report exactly when it changed something.
 */
export function createCallbackHandlers(ports: CallbackPorts): Handlers<Pick<Routes, 'agentCallback'>> {
  return {
    async agentCallback(request) {
      const admission = await admit(ports, request);
      if (!admission.ok) return admission.reply;
      const callback = request.body.open();
      if (admission.done) return repeatAnswer(ports, callback);
      const answer = answerTo(ports, callback, await ports.queue.report(callback));
      if (admission.oneTime) await finish(ports, admission.oneTime);
      return answer;
    },
  };
}

async function admit(ports: CallbackPorts, request: Request): Promise<Admission> {
  const keys = await ports.keys();
  if (keys.state === 'off') return { ok: true, done: false };
  if (keys.state === 'broken') {
    const message =
      'the list of callback keys cannot be read, so no callback can be verified; the supervisor’s log says why';
    return { ok: false, reply: { problem: 'MISCONFIG', message } };
  }
  const signed = { headers: request.sentHeaders, body: request.body.bytes, keys: keys.keys };
  const verdict = verifySignature(signed, ports.policy, Math.floor(ports.now() / 1000));
  if (!verdict.ok) return { ok: false, reply: { problem: verdict.code, message: verdict.message } };
  return consume(ports, verdict, request.body.bytes);
}

type Verified = Extract<SignatureVerdict, { ok: true }>;

/** Step 4: only a verified request uses up its one-time value, so that a forged one can never burn it. */
async function consume(ports: CallbackPorts, verdict: Verified, body: Buffer): Promise<Admission> {
  if (!ports.policy.replayProtection || verdict.oneTimeValue === undefined) return { ok: true, done: false };
  const oneTime: OneTimeValue = {
    keyId: verdict.keyId,
    value: verdict.oneTimeValue,
    bodyDigest: createHash('sha256').update(body).digest('hex'),
  };
  const claim = await ports.nonces.claim(oneTime, ports.nonceTtlSeconds);
  const constantOverRetries = verdict.scheme === 'standard-webhooks';
  if (claim === 'new') return { ok: true, done: false, ...(constantOverRetries ? { oneTime } : {}) };
  if (constantOverRetries && claim !== 'other_body') return { ok: true, oneTime, done: claim === 'done' };
  const message = 'this nonce or webhook id was used before; sign every try with a fresh one';
  return { ok: false, reply: { problem: 'REPLAY_DETECTED', message } };
}

/** The report is in; forgetting that costs a retry of the sender one more, harmless, report. */
async function finish({ nonces, logger }: CallbackPorts, oneTime: OneTimeValue): Promise<void> {
  try {
    await nonces.finish(oneTime);
  } catch (error) {
    logger.warn('A webhook id could not be marked as done', { event: 'CALLBACK_ID_OPEN', error });
  }
}

const unknownTask: ProblemReply<'NOT_FOUND'> = {
  problem: 'NOT_FOUND',
  message: 'no task has this task_id; stop reporting it',
};

async function repeatAnswer({ queue }: CallbackPorts, callback: Callback): Promise<Reply> {
  const task = await queue.read(callback.task_id);
  if (!task) return unknownTask;
  return { status: 200, body: { ok: true, task_id: task.task_id, status: task.status, duplicate: true } };
}

function answerTo(ports: CallbackPorts, callback: Callback, outcome: ReportOutcome): Reply {
  if (outcome.outcome === 'not_found') return unknownTask;
  const { task, attempt } = outcome;
  const answer = { ok: true, task_id: task.task_id, status: task.status } as const;
  if (outcome.outcome === 'duplicate') return { status: 200, body: { ...answer, duplicate: true } };
  if (outcome.outcome === 'ignored') return { status: 200, body: { ...answer, ignored: true } };
  ports.metrics.callback.increment({ status: callback.status });
  const report = {
    task,
    attempt,
    status: callback.status,
    willRetry: callback.status === 'failed' && callback.will_retry,
    error: callback.error,
    durationMs: callback.metrics?.duration_ms,
  };
  accountReport(ports, report, callback);
  return { status: 200, body: answer };
}
