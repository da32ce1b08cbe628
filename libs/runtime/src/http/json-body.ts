import { isUtf8 } from 'node:buffer';
import type { ProblemReply } from '@nexus/contracts';

/** Deepest nesting of arrays and objects a JSON body may have. */
export const MAX_JSON_DEPTH = 64;

export type JsonBody = { ok: true; value: unknown } | { ok: false; reply: ProblemReply };

/**
 * Bytes to a value: strict UTF-8, bounded depth, no `__proto__` keys. Every refusal is a 400 that says what is wrong. No
 * bytes at all are the value undefined.
 */
export function parseJsonBody(bytes: Buffer): JsonBody {
  if (bytes.length === 0) return { ok: true, value: undefined };
  if (!isUtf8(bytes)) return refuse('the body is not valid UTF-8; send JSON encoded as UTF-8');
  const depth = jsonDepth(bytes);
  if (depth > MAX_JSON_DEPTH) {
    return refuse(`the JSON is nested ${depth} levels deep; at most ${MAX_JSON_DEPTH} are accepted`);
  }
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    // A byte order mark is not JSON, but some editors write one.
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    return refuse(`the body is not valid JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}`);
  }
  if (protoKey.test(text)) return refuse('the key "__proto__" is not accepted');
  return { ok: true, value };
}

/** The key as written, with any of its letters escaped: code that copies members by assignment would set a prototype. */
const protoKey =
  /"(?:_|\\u005[Ff]){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006[Ff])(?:t|\\u0074)(?:o|\\u006[Ff])(?:_|\\u005[Ff]){2}"\s*:/;

function refuse(message: string): JsonBody {
  return { ok: false, reply: { problem: 'BAD_REQUEST', message } };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Depth of brackets outside strings, in one pass over the bytes; right for valid JSON, a bound for anything else. */
export function jsonDepth(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at + 1);
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
}

function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return bytes.length;
}
