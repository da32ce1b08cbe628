import { types } from 'node:util';
import { maskNumbers } from './mask-numbers.ts';
import { isSecretFieldName, MASKED, maskSecrets } from './mask-secrets.ts';

// Bounded in every part: the unbounded textbook expression is quadratic.
const email = /(?<![A-Za-z0-9._%+-])([A-Za-z0-9._%+-]{1,64})@((?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})/g;

function maskEmails(text: string): string {
  if (!text.includes('@')) return text;
  return text.replace(email, (_whole, local: string, domain: string) => `${local.slice(0, 2)}***@${domain}`);
}

/**
 * Masks a text: e-mail addresses keep two characters, phone numbers three digits, secrets nothing. Linear in the length,
 * idempotent, and the text of a JSON object or array stays one. UUIDs, hashes, amounts, dates and times stay whole.
 */
export function maskText(text: string): string {
  if (text.length < 6) return text;
  return maskNumbers(maskEmails(maskSecrets(text)));
}

/** A person's name: the first character stays. */
export function maskName(name: string): string {
  const characters = [...name.trim()];
  return characters.length === 0 ? name : (characters[0] ?? '') + '*'.repeat(Math.max(1, characters.length - 1));
}

export type MaskOptions = {
  /** Names of fields that hold a person's name (or a list of them): their texts keep one character. */
  personFields?: Iterable<string>;
  /** Limits for output that must stay small, such as a log line; without them everything is kept. */
  maxDepth?: number;
  maxItems?: number;
  maxTextLength?: number;
};

type Walk = {
  persons: ReadonlySet<string>;
  maxDepth: number;
  maxItems: number;
  maxTextLength: number;
  open: object[];
};

/** Deeper than any payload the platform accepts, shallower than the stack. */
const DEEPEST = 200;

/**
 * Short texts that come again and again (events, types, addresses) are masked once. Two halves of bounded size take
 * turns, so that what stopped coming is forgotten and no client can grow them.
 */
const SHORT = 32;
const REMEMBERED = 1000;
let recent = new Map<string, string>();
let older = new Map<string, string>();

function maskShort(text: string): string {
  const known = recent.get(text) ?? older.get(text);
  if (known !== undefined) return known;
  const masked = maskText(text);
  if (recent.size >= REMEMBERED) [older, recent] = [recent, new Map<string, string>()];
  recent.set(text, masked);
  return masked;
}

function maskString(text: string, limit: number): string {
  if (text.length <= SHORT && text.length <= limit) return maskShort(text);
  if (text.length <= limit) return maskText(text);
  // Cutting first bounds the work; the margin keeps what stands on the edge from being cut into something unrecognisable.
  return `${maskText(text.slice(0, limit + 256)).slice(0, limit)}…(+${text.length - limit} characters)`;
}

function hide(value: unknown): unknown {
  if (value === null || value === undefined || typeof value === 'boolean' || value === '') return value;
  return MASKED;
}

/** What a field's name says of it: how it is written, and whether its value is hidden. */
type Field = { key: string; secret: boolean };

/** The names a program logs are few and come again with every line; what a client sends cannot grow this without bound. */
const KNOWN_FIELDS = 2000;
const fields = new Map<string, Field>();

function fieldOf(name: string): Field {
  const known = fields.get(name);
  if (known !== undefined) return known;
  const field = { key: maskText(name), secret: isSecretFieldName(name) };
  if (fields.size < KNOWN_FIELDS && name.length <= 64) fields.set(name, field);
  return field;
}

function maskField(name: string, value: unknown, { walk, secret }: { walk: Walk; secret: boolean }): unknown {
  if (secret) return hide(value);
  if (walk.persons.size > 0 && walk.persons.has(name)) return maskPerson(value, walk);
  return maskAny(value, walk);
}

function maskPerson(value: unknown, walk: Walk): unknown {
  if (typeof value === 'string') return maskName(value);
  if (Array.isArray(value)) return value.map((item) => maskPerson(item, walk));
  return maskAny(value, walk);
}

function maskAny(value: unknown, walk: Walk): unknown {
  switch (typeof value) {
    case 'string':
      return maskString(value, walk.maxTextLength);
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      return value === null ? null : maskObject(value, walk);
    case 'symbol':
      return value.toString();
    case 'function':
      return undefined;
    default:
      return value;
  }
}

function maskObject(value: object, walk: Walk): unknown {
  if (walk.open.includes(value)) return '[circular]';
  if (walk.open.length >= walk.maxDepth) return '[too deep]';
  walk.open.push(value);
  try {
    return maskMembers(value, walk);
  } catch {
    // A getter, a proxy or a toJSON that throws must not cost the rest of the line.
    return '[unreadable]';
  } finally {
    walk.open.pop();
  }
}

function maskMembers(value: object, walk: Walk): unknown {
  if (Array.isArray(value)) return maskItems(value, walk);
  // By kind rather than by class: values also come from other realms, e.g. a test runner's.
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (isError(value)) return maskError(value, walk);
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return `[${value.byteLength} bytes]`;
  if (types.isMap(value))
    return maskEntries(
      [...value].map(([key, item]) => [String(key), item] as const),
      walk,
    );
  if (types.isSet(value)) return maskItems([...value], walk);
  if ('toJSON' in value && typeof value.toJSON === 'function') return maskAny((value.toJSON as () => unknown)(), walk);
  return maskEntries(entriesOf(value), walk);
}

/** True for errors of any realm and for objects made to look like one. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

function* entriesOf(value: object): Generator<readonly [string, unknown]> {
  for (const name of Object.keys(value)) {
    let member: unknown;
    try {
      member = (value as Record<string, unknown>)[name];
    } catch {
      member = '[unreadable]';
    }
    yield [name, member];
  }
}

function maskItems(items: readonly unknown[], walk: Walk): unknown[] {
  const masked: unknown[] = [];
  for (const item of items) {
    if (masked.length >= walk.maxItems) {
      masked.push(`…(+${items.length - walk.maxItems} items)`);
      break;
    }
    masked.push(maskAny(item, walk) ?? null);
  }
  return masked;
}

function maskEntries(entries: Iterable<readonly [string, unknown]>, walk: Walk): Record<string, unknown> {
  const masked: Record<string, unknown> = {};
  let count = 0;
  for (const [name, value] of entries) {
    count += 1;
    if (count > walk.maxItems) {
      masked['…'] = 'more members were left out';
      break;
    }
    const field = fieldOf(name);
    if (field.key === '__proto__') continue;
    const member = maskField(name, value, { walk, secret: field.secret });
    if (member !== undefined) masked[field.key] = member;
  }
  return masked;
}

function maskError(error: Error, walk: Walk): Record<string, unknown> {
  const own = Object.fromEntries(entriesOf(error));
  const cause = error.cause === undefined ? {} : { cause: error.cause };
  return maskEntries(Object.entries({ name: error.name, message: error.message, ...own, ...cause }), walk);
}

/**
 * Masks every text in a value and returns plain data that JSON can write: secret fields are hidden whole, circles,
 * throwing getters and functions are replaced, the argument is never changed. Never throws.
 */
export function maskValue(value: unknown, options: MaskOptions = {}): unknown {
  const walk: Walk = {
    persons: new Set(options.personFields ?? []),
    maxDepth: options.maxDepth ?? DEEPEST,
    maxItems: options.maxItems ?? Number.POSITIVE_INFINITY,
    maxTextLength: options.maxTextLength ?? Number.POSITIVE_INFINITY,
    open: [],
  };
  return maskAny(value, walk);
}
