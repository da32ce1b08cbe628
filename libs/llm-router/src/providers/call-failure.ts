import type { CallContext, ModelRequest, ProviderName } from '../model.ts';
import { providerFailure, type Billed, type FailureKind, type ProviderFailure } from '../provider-failure.ts';
import type { TransportFault, TransportFaultKind } from '../transport/transport-fault.ts';
import type { Dialect, Reading } from './dialect.ts';
import { quotableMessage } from './failure-message.ts';
import { objectOf } from './json-value.ts';
import { boundedSeconds } from './retry-after.ts';
import type { WireError } from './wire-error.ts';
import type { WireHeaders } from '../transport/exchange.ts';

/** One call under way: what its failures are told from. */
export type Call = { dialect: Dialect; request: ModelRequest; context: CallContext; now: () => number };

/** An answer's head, and its error if it has one. `partialText` is what of a stream was read before. */
export type FailedAnswer = { status: number; headers: WireHeaders; error: WireError; partialText: string };

const NOT_BILLED: Billed = { state: 'no' };

/** The people's names of the providers, for messages. */
const titles: Record<ProviderName, string> = {
  gemini: 'Gemini',
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  glm: 'GLM',
  'openai-compatible': 'The OpenAI-compatible server',
};

/** What to do, by kind. */
const advice: Record<FailureKind, string> = {
  throttled: 'Wait, or lower the requests per minute.',
  quota: 'Wait for the next period, or raise the quota with the provider.',
  no_money: 'Add credit or raise the spend limit with the provider.',
  auth: 'Check the key and what its account may use.',
  bad_request: 'Change the request.',
  model_missing: 'Check the name of the model, what it supports, and the base URL.',
  outage: 'Try again later or use another provider.',
  timeout: 'Try again, or give the call more time.',
  refused: 'Change the prompt or use another provider.',
  empty: 'Ask again, or allow more output tokens.',
  cancelled: 'Nothing needs to be done.',
};

/** The statuses behind which the model may have worked although its answer never came. */
const UNCERTAIN_STATUSES = new Set([408, 504, 524]);

/** A failure before or while an answer was read. */
export function transportFailure(
  call: Call,
  fault: TransportFault,
  read: { status: number; partialText: string },
): ProviderFailure {
  const billed: Billed = fault.sent ? { state: 'unknown', partialText: read.partialText } : NOT_BILLED;
  const { kind, what } = transportVerdict(call, fault);
  return failed(call, { kind, what, billed, status: read.status, cause: new Error(fault.message) });
}

const transportVerdicts: Record<Exclude<TransportFaultKind, 'aborted'>, { kind: FailureKind; what: string }> = {
  unreachable: { kind: 'outage', what: 'could not be reached' },
  connect_timeout: { kind: 'timeout', what: 'did not accept a connection in time' },
  cut: { kind: 'outage', what: 'cut the connection before the answer was complete' },
  too_large: { kind: 'outage', what: 'sent more than an answer can be' },
  unsendable: { kind: 'bad_request', what: 'could not be sent the request: it cannot be written as HTTP' },
};

function transportVerdict({ context }: Call, fault: TransportFault): { kind: FailureKind; what: string } {
  if (fault.transport !== 'aborted') return transportVerdicts[fault.transport];
  const reason: unknown = context.signal.reason;
  const late = reason === 'timeout' || objectOf(reason)['name'] === 'TimeoutError';
  return late
    ? { kind: 'timeout', what: 'did not answer in time' }
    : { kind: 'cancelled', what: 'was no longer needed: the caller hung up' };
}

/** An error the provider reported: by status, inside a good status, or in a stream. */
export function reportedFailure(call: Call, { status, headers, error, partialText }: FailedAnswer): ProviderFailure {
  const named = Number(error.code);
  const inside = status >= 200 && status < 300;
  const meant = inside && named >= 400 && named < 600 ? named : inside ? 500 : status;
  const verdict = call.dialect.classify({ status: meant, error, headers, now: call.now() });
  const billed: Billed =
    partialText !== '' || UNCERTAIN_STATUSES.has(status) ? { state: 'unknown', partialText } : NOT_BILLED;
  const code = error.code ?? error.type;
  return failed(call, {
    kind: verdict.kind,
    what: `answered ${status}${code === undefined ? '' : ` ${quotable(call, code)}`}`,
    said: error.message,
    billed,
    status,
    retryAfterSeconds: boundedSeconds(verdict.retryAfterSeconds),
  });
}

/** Something with a good status that is no answer: HTML, broken JSON, a page of a proxy. */
export function garbageFailure(call: Call, what: string, read: { status: number; billed?: Billed }): ProviderFailure {
  return failed(call, { kind: 'outage', what, status: read.status, billed: read.billed ?? NOT_BILLED });
}

/** A whole reading that cannot be accepted. */
export function readingFailure(call: Call, kind: FailureKind, { reading, what, status }: Unaccepted): ProviderFailure {
  const { usage, text } = reading;
  const billed: Billed = usage === undefined ? { state: 'unknown', partialText: text } : { state: 'yes', usage };
  const reason = reading.reason === '' ? '' : ` (${quotable(call, reading.reason)})`;
  return failed(call, { kind, what: `${what}${reason}`, billed, status });
}

export type Unaccepted = { reading: Reading; what: string; status: number };

/** A key that no header can carry is a refused key; it is not sent. */
export function unsendableKeyFailure(call: Call): ProviderFailure {
  const what = 'was not called: its key has characters that a header cannot carry';
  return failed(call, { kind: 'auth', what, status: 0, billed: NOT_BILLED });
}

type Told = {
  kind: FailureKind;
  what: string;
  said?: string;
  status: number;
  billed: Billed;
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
};

function failed(call: Call, { what, said = '', ...details }: Told): ProviderFailure {
  const provider = call.dialect.name;
  const quoted = quotable(call, said);
  const message = `${titles[provider]} ${what}${quoted === '' ? '' : `: ${quoted}`}. ${advice[details.kind]}`;
  return providerFailure({ provider, message, ...details });
}

function quotable({ context, request }: Call, text: string): string {
  return quotableMessage(text, { key: context.key, request });
}
