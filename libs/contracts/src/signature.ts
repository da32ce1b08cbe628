import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Signatures of callbacks, both schemes of the contract. A signature is over the bytes sent or received, never over
 * JSON that was written again. Pure: time and nonce are arguments.
 */

/** A secret as HMAC key bytes: the base64 after `whsec_` (Standard Webhooks), else the UTF-8 bytes of the secret. */
export function keyBytes(secret: string): Buffer {
  if (secret.startsWith('whsec_')) return Buffer.from(secret.slice('whsec_'.length), 'base64');
  return Buffer.from(secret, 'utf8');
}

function hmac(secret: string, parts: (string | Uint8Array)[]): Buffer {
  const mac = createHmac('sha256', keyBytes(secret));
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** What is signed: the body as sent, with the timestamp in unix seconds and the value that is used once. */
export type SignedContent = { timestamp: number | string; nonce: string; body: string | Uint8Array };

/** Scheme (b), `X-Signature`: lowercase hex over `{timestamp}.{nonce}.` and the body. */
export function signTimestampNonce(secret: string, content: SignedContent): string {
  return hmac(secret, [`${content.timestamp}.${content.nonce}.`, content.body]).toString('hex');
}

/** Scheme (a), Standard Webhooks: one `v1,<base64>` over `{id}.{timestamp}.` and the body. */
export function signStandardWebhook(
  secret: string,
  content: { id: string; timestamp: number | string; body: string | Uint8Array },
): string {
  return `v1,${hmac(secret, [`${content.id}.${content.timestamp}.`, content.body]).toString('base64')}`;
}

/** The older form over the body alone: it can be replayed, so it is accepted only where switched on. */
export function signBodyOnly(secret: string, body: string | Uint8Array): string {
  return hmac(secret, [body]).toString('hex');
}

/** Default name of the header that tells which key signed (scheme b). */
export const KEY_ID_HEADER = 'x-key-id';

/**
 * The headers a sender of scheme (b) adds. Timestamp and nonce must be fresh for every try, retries included.
 * @param content what is sent; `timestamp` in unix seconds, `nonce` 8 to 128 characters
 * @param key the secret; with a key list also the id, so that the receiver tries that key only
 */
export function signatureHeaders(
  content: SignedContent,
  key: { secret: string; id?: string; idHeader?: string },
): Record<string, string> {
  return {
    'x-timestamp': String(content.timestamp),
    'x-nonce': content.nonce,
    'x-signature': signTimestampNonce(key.secret, content),
    ...(key.id === undefined ? {} : { [key.idHeader ?? KEY_ID_HEADER]: key.id }),
  };
}

/** A key a callback may be signed with. Without an id it is the only key, and a key id header says nothing. */
export type CandidateKey = { id?: string; secret: string };

/** What is demanded of a callback. */
export type SignaturePolicy = {
  /** Furthest a timestamp may be from now, seconds, both ways. */
  maxSkewSeconds: number;
  /** False: neither timestamp nor nonce are checked, only the signature. */
  replayProtection: boolean;
  allowBodyOnly: boolean;
  /** Lower-case name of the key id header. */
  keyIdHeader: string;
};

export type SignedRequest = {
  /** Request headers, names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: Uint8Array;
  /** The keys active now, in the order to try. */
  keys: readonly CandidateKey[];
};

export type SignatureVerdict =
  /** `oneTimeValue` is to be consumed now (absent for body-only); `keyId` is the key that fits. */
  | { ok: true; scheme: 'standard-webhooks' | 'timestamp-nonce' | 'body-only'; keyId: string; oneTimeValue?: string }
  | { ok: false; code: 'BAD_TIMESTAMP' | 'BAD_NONCE' | 'BAD_SIGNATURE'; message: string };

/** Key id that stands for the single secret without an id. */
const SINGLE_KEY = 'default';
/** More signatures in one header than any rotation needs; bounds the work of a hostile request. */
const MAX_SIGNATURES = 10;

const noneFits = 'the signature fits none of the active keys; sign the exact bytes sent with a key that is active now';

/**
 * Checks timestamp, one-time value and signature, in this order, in constant time over every candidate key. Consuming
 * the one-time value is the caller's next step, so that an unsigned request can never burn one.
 * @param now unix seconds
 */
export function verifySignature(request: SignedRequest, policy: SignaturePolicy, now: number): SignatureVerdict {
  const { headers } = request;
  const standard = one(headers['webhook-signature']);
  if (standard !== undefined) return verifyStandardWebhook(request, policy, { signatures: standard, now });
  const signature = one(headers['x-signature']);
  const timestamp = one(headers['x-timestamp']);
  const nonce = one(headers['x-nonce']);
  if (signature === undefined && timestamp === undefined && nonce === undefined) {
    return refuse(
      'BAD_SIGNATURE',
      'the callback is not signed; send X-Timestamp, X-Nonce and X-Signature, or the webhook-* headers',
    );
  }
  if (policy.allowBodyOnly && timestamp === undefined && nonce === undefined)
    return verifyBodyOnly(request, policy, signature);
  const refusal = policy.replayProtection
    ? checkFreshness({ timestamp, value: nonce, now }, policy, 'X-Nonce')
    : undefined;
  if (refusal) return refusal;
  if (signature === undefined) return refuse('BAD_SIGNATURE', 'X-Signature is missing');
  const prefix = `${timestamp ?? ''}.${nonce ?? ''}.`;
  const key = findKey(candidates(request, policy), (secret) => hmac(secret, [prefix, request.body]), [
    bytesOfHex(signature),
  ]);
  if (!key) return refuse('BAD_SIGNATURE', noneFits);
  return {
    ok: true,
    scheme: 'timestamp-nonce',
    keyId: key.id ?? SINGLE_KEY,
    ...(nonce === undefined ? {} : { oneTimeValue: nonce }),
  };
}

function verifyStandardWebhook(
  request: SignedRequest,
  policy: SignaturePolicy,
  { signatures, now }: { signatures: string; now: number },
): SignatureVerdict {
  const timestamp = one(request.headers['webhook-timestamp']);
  const id = one(request.headers['webhook-id']);
  const refusal = policy.replayProtection
    ? checkFreshness({ timestamp, value: id, now }, policy, 'webhook-id')
    : undefined;
  if (refusal) return refusal;
  const sent = signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .slice(0, MAX_SIGNATURES)
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'));
  const prefix = `${id ?? ''}.${timestamp ?? ''}.`;
  const key = findKey(candidates(request, policy), (secret) => hmac(secret, [prefix, request.body]), sent);
  if (!key) return refuse('BAD_SIGNATURE', noneFits);
  return {
    ok: true,
    scheme: 'standard-webhooks',
    keyId: key.id ?? SINGLE_KEY,
    ...(id === undefined ? {} : { oneTimeValue: id }),
  };
}

function verifyBodyOnly(
  request: SignedRequest,
  policy: SignaturePolicy,
  signature: string | undefined,
): SignatureVerdict {
  const key = findKey(candidates(request, policy), (secret) => hmac(secret, [request.body]), [
    bytesOfHex(signature ?? ''),
  ]);
  if (!key) return refuse('BAD_SIGNATURE', noneFits);
  return { ok: true, scheme: 'body-only', keyId: key.id ?? SINGLE_KEY };
}

/** Steps 1 and 2: a timestamp near now and a well-formed one-time value; undefined when both are right. */
function checkFreshness(
  { timestamp, value, now }: { timestamp: string | undefined; value: string | undefined; now: number },
  policy: SignaturePolicy,
  header: 'X-Nonce' | 'webhook-id',
): SignatureVerdict | undefined {
  if (timestamp === undefined || !/^\d{1,15}$/.test(timestamp)) {
    return refuse('BAD_TIMESTAMP', 'the timestamp must be unix seconds, as digits');
  }
  if (Math.abs(now - Number(timestamp)) > policy.maxSkewSeconds) {
    return refuse(
      'BAD_TIMESTAMP',
      `the timestamp is more than ${policy.maxSkewSeconds} s away from the supervisor's clock; sign every try afresh and check the clock`,
    );
  }
  if (header === 'X-Nonce' && (value === undefined || !/^[\x21-\x7e]{8,128}$/.test(value))) {
    return refuse('BAD_NONCE', 'X-Nonce must be 8 to 128 printable characters');
  }
  // Standard Webhooks: the id must not contain the separator of the signed content.
  if (header === 'webhook-id' && (value === undefined || !/^[\x21-\x2d\x2f-\x7e]{1,128}$/.test(value))) {
    return refuse('BAD_NONCE', 'webhook-id must be 1 to 128 printable characters without a dot');
  }
  return undefined;
}

/** The keys to try: the named one only, when a key id is sent and keys have ids. */
function candidates(request: SignedRequest, policy: SignaturePolicy): readonly CandidateKey[] {
  const named = one(request.headers[policy.keyIdHeader]);
  if (named === undefined) return request.keys;
  return request.keys.filter((key) => key.id === undefined || key.id === named);
}

/** The first key one of whose signatures was sent. Every candidate is computed, so that time tells nothing. */
function findKey(
  keys: readonly CandidateKey[],
  expected: (secret: string) => Buffer,
  sent: readonly Buffer[],
): CandidateKey | undefined {
  let found: CandidateKey | undefined;
  for (const key of keys) {
    const signature = expected(key.secret);
    const fits = sent.some((other) => equal(signature, other));
    if (fits) found ??= key;
  }
  return found;
}

function equal(expected: Buffer, sent: Buffer): boolean {
  return expected.length === sent.length && timingSafeEqual(expected, sent);
}

/** Bytes of a lowercase hex SHA-256, or no bytes when it is not one. */
function bytesOfHex(text: string): Buffer {
  return /^[0-9a-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0);
}

function one(value: string | string[] | undefined): string | undefined {
  const single = Array.isArray(value) ? value[0] : value;
  return single === '' ? undefined : single;
}

function refuse(code: 'BAD_TIMESTAMP' | 'BAD_NONCE' | 'BAD_SIGNATURE', message: string): SignatureVerdict {
  return { ok: false, code, message };
}
