import type { BackoffOptions } from 'bullmq';

/** How often and when a failed attempt is tried again: contract 2.3. Delays in seconds; the last one repeats. */
export type RetryPolicy = { maxRetries: number; delaysSeconds: number[]; jitter: boolean };

/** The policy as it travels in the job's options, `delays` in seconds, so that the worker that fails a task needs no setting of its own. */
export type RetrySteps = { attempts: number; backoff: BackoffOptions & { delays: number[]; jitterRatio?: number } };

/** Name of the one backoff strategy every consumer registers. */
export const STEPPED_BACKOFF = 'step';

/** Job options for a policy. `attempts` counts the first delivery too. */
export function retrySteps(policy: RetryPolicy): RetrySteps {
  return {
    attempts: policy.maxRetries + 1,
    backoff: {
      type: STEPPED_BACKOFF,
      delays: policy.delaysSeconds,
      ...(policy.jitter ? { jitterRatio: 0.1 } : {}),
    },
  };
}

/**
 * Milliseconds until the next attempt. `failedAttempts` counts from 1. A longer wait that the failure itself asked for
 * (Retry-After) wins over the step; jitter moves the step by up to ten per cent either way, never the asked wait.
 */
export function nextDelayMs(
  failedAttempts: number,
  steps: { delays?: number[]; jitterRatio?: number },
  options: { retryAfterSeconds?: number | undefined; random: () => number },
): number {
  // Redis' JSON writes an empty list as an empty object.
  const delays = Array.isArray(steps.delays) ? steps.delays : [];
  const step = Math.round((delays[Math.min(failedAttempts, delays.length) - 1] ?? 0) * 1000);
  const ratio = steps.jitterRatio ?? 0;
  const jittered = ratio === 0 ? step : Math.round(step * (1 - ratio + 2 * ratio * options.random()));
  const asked = Math.ceil((options.retryAfterSeconds ?? 0) * 1000);
  return Math.max(jittered, asked);
}
