import type { FailureKind } from '../provider-failure.ts';
import type { Refusal, Verdict } from './dialect.ts';
import { retryAfterOf, secondsOfDuration } from './retry-after.ts';
import { kindOfStatus, namesDay } from './status-kinds.ts';

/** OpenAI's `error.code` (or `type`): it says more than the status; a 429 alone means four different things. */
const kinds: Readonly<Record<string, FailureKind>> = {
  insufficient_quota: 'no_money',
  billing_hard_limit_reached: 'no_money',
  billing_not_active: 'no_money',
  rate_limit_exceeded: 'throttled',
  slow_down: 'throttled',
  invalid_api_key: 'auth',
  account_deactivated: 'auth',
  model_not_found: 'model_missing',
  content_policy_violation: 'refused',
  content_filter: 'refused',
  moderation_blocked: 'refused',
  // Used for prompts flagged by the usage policy.
  invalid_prompt: 'refused',
  // The model cannot do what was asked; another may.
  unsupported_parameter: 'model_missing',
  unsupported_value: 'model_missing',
  invalid_json_schema: 'model_missing',
  context_length_exceeded: 'bad_request',
  string_above_max_length: 'bad_request',
  server_is_overloaded: 'outage',
  server_error: 'outage',
};

/** Classifies errors of OpenAI and of servers that copied it. */
export function classifyOpenai({ status, error, headers, now }: Refusal): Verdict {
  const { code = '', type, message } = error;
  const known = Object.hasOwn(kinds, code) ? kinds[code] : undefined;
  const kind = known ?? (type === 'insufficient_quota' ? 'no_money' : kindOfStatus(status));
  if (kind === 'throttled' && namesDay(message))
    return { kind: 'quota', retryAfterSeconds: retryAfterOf(headers, now) };
  const retryAfterSeconds = retryAfterOf(headers, now) ?? (kind === 'throttled' ? resetOf(headers) : undefined);
  return { kind, retryAfterSeconds };
}

/** Without Retry-After: when the limit that is used up (0 remaining) is new. */
function resetOf(headers: Refusal['headers']): number | undefined {
  const resets = ['requests', 'tokens'].map((what) => {
    const reset = headers[`x-ratelimit-reset-${what}`];
    return headers[`x-ratelimit-remaining-${what}`] === '0' && typeof reset === 'string'
      ? secondsOfDuration(reset)
      : undefined;
  });
  const known = resets.filter((seconds) => seconds !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
