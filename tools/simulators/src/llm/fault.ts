import type { TokenUsage } from './token-usage.ts';

/**
 * How long to stay away is told: `seconds` and `date` in Retry-After, `milliseconds` in retry-after-ms, `none` not at
 * all. Gemini knows no such header: it has RetryInfo in the body, or with `none` nothing.
 */
export type RetryAfterForm = 'seconds' | 'milliseconds' | 'date' | 'none';

/** Error codes of GLM, strings on the wire. */
export const GLM_CODES = ['1113', '1211', '1234', '1301', '1302', '1303', '1305', '1308', '1313'] as const;
export type GlmCode = (typeof GLM_CODES)[number];

/** Refusals by HTTP status, each with the status, the headers and the body of the provider that shows it. */
export type ErrorFault =
  /** Any answer at all. A string body goes out as it is, anything else as JSON; without a body there is a plausible one. */
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Too many requests for now; 2 s in the provider's own form by default. Negative and absurd seconds are sent too. */
  | { readonly kind: 'throttled'; readonly seconds?: number; readonly as?: RetryAfterForm }
  /** Growing too fast: OpenAI `slow_down`, Anthropic `ramp_limit_exceeded`; elsewhere a throttle. */
  | { readonly kind: 'rampLimit'; readonly seconds?: number }
  | { readonly kind: 'quotaPerDay' }
  /** Never cured by waiting: insufficient_quota, 1113, enforced_spend_limit_reached, billing. */
  | { readonly kind: 'noMoney' }
  | { readonly kind: 'badKey' }
  | { readonly kind: 'badRequest'; readonly message?: string; readonly parameter?: string }
  | { readonly kind: 'contextTooLong' }
  | { readonly kind: 'modelMissing' }
  /** 503, at Anthropic 529, at GLM 1305. */
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'serverError' }
  /** 504 of the provider's own gateway. */
  | { readonly kind: 'timedOut' }
  /** GLM only. */
  | { readonly kind: 'glmCode'; readonly code: GlmCode };

/** A 200 whose answer is not the usual one. */
export type AnswerFault =
  /** The model answers with exactly this text. */
  | { readonly kind: 'text'; readonly reply: string }
  /** The numbers given replace the counted ones; the provider adds them up in its own way. */
  | { readonly kind: 'usage'; readonly over: Partial<TokenUsage> }
  /** No usage anywhere; usageNever is the same by its name in a stream. */
  | { readonly kind: 'noUsage' }
  | { readonly kind: 'usageNever' }
  /** Streams only. Responses has its usage in the last event always; Anthropic's last event then has all of it. */
  | { readonly kind: 'usageLastChunkOnly' }
  /** Streams of chat completions: cumulative, on every event with a choice. Gemini does so anyway. */
  | { readonly kind: 'usageEveryChunk' }
  | { readonly kind: 'emptyAnswer' }
  /** The model declines, in the provider's way of saying so. */
  | { readonly kind: 'refusal' }
  /** The prompt is blocked: at Gemini a 200 without candidates, at OpenAI, Anthropic and GLM a 400. */
  | { readonly kind: 'blocked' }
  /** A filter stops the answer after some text. */
  | { readonly kind: 'safetyStop' }
  /** The output limit ends the answer after some text (half of it, or exactly `reply`, which may be empty). */
  | { readonly kind: 'truncated'; readonly reply?: string }
  /** Thoughts and then nothing. */
  | { readonly kind: 'thinkingOnly' }
  /** GLM only: finish_reason network_error inside a 200. */
  | { readonly kind: 'networkErrorFinish' };

/** What goes wrong on the way. Faults of a stream have their counterpart where no stream was asked for. */
export type TransportFault =
  | { readonly kind: 'html200' }
  /** 200 with an error body (overloaded by default); a stream has it at once, after `response.created` where there is one. */
  | { readonly kind: 'errorIn200'; readonly error?: ErrorFault }
  /** A complete response whose JSON is cut; in a stream one event of it. */
  | { readonly kind: 'brokenJson' }
  /** Never answers; the connection stays until the client hangs up. */
  | { readonly kind: 'hang' }
  /** Waits, then does `then` (by default the usual). */
  | { readonly kind: 'slow'; readonly ms: number; readonly then?: Fault }
  /** Waits before every event of a stream. */
  | { readonly kind: 'slowStream'; readonly ms: number }
  | { readonly kind: 'cutSocketMidBody' }
  /** The socket goes after that many events. Without a stream: in the middle of the body. */
  | { readonly kind: 'cutStreamAfter'; readonly events: number }
  /** Sends that many events, then nothing more; the connection stays. Without a stream: hang. */
  | { readonly kind: 'hangStreamAfter'; readonly events: number }
  /** An orderly end where the last text and the final marker are missing. Without a stream: half of the body. */
  | { readonly kind: 'cleanEofWithoutMarker' }
  /** That many events (1), then the error (overloaded by default). Without a stream: errorIn200. */
  | { readonly kind: 'errorAfterFirstEvent'; readonly events?: number; readonly error?: ErrorFault }
  /** GLM only: one event of the stream is cut and the next one's `data:` glued to it. */
  | { readonly kind: 'gluedFrame' }
  /** That many keep-alive events (500) before the first text: pings at Anthropic, comments elsewhere. */
  | { readonly kind: 'pingFlood'; readonly count?: number }
  /** The usual bytes a few at a time, so that characters, events and JSON are split between packets. */
  | { readonly kind: 'dribble' };

/** One behaviour of a simulated provider, for one request. JSON can carry it. */
export type Fault = ErrorFault | AnswerFault | TransportFault;
export type FaultKind = Fault['kind'];

const ERROR_KINDS = [
  'status',
  'throttled',
  'rampLimit',
  'quotaPerDay',
  'noMoney',
  'badKey',
  'badRequest',
  'contextTooLong',
  'modelMissing',
  'overloaded',
  'serverError',
  'timedOut',
  'glmCode',
] as const satisfies readonly ErrorFault['kind'][];

/** Whether the fault is an error status by itself. */
export function isErrorFault(fault: Fault): fault is ErrorFault {
  return ERROR_KINDS.some((kind) => kind === fault.kind);
}
