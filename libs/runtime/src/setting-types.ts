import { resolve } from 'node:path';
import type { z } from 'zod';

/** Where relative paths of settings lead: `dataDirectory` is NEXUS_DATA_DIR, absolute. */
export type SettingContext = { workingDirectory: string; dataDirectory: string };

/** What a text of the environment means. `why` never repeats the text: the value may be a secret. */
export type ParsedSetting<Value> = { ok: true; value: Value } | { ok: false; why: string };

/**
 * How one kind of variable is written. `accepted` is the form for people; `parse` gets the trimmed text, never an empty
 * one; `settle` turns a parsed value or a default into the final one (a path becomes absolute); `show` writes a default
 * as somebody would type it.
 */
export type SettingType<Value> = {
  accepted: string;
  parse(text: string): ParsedSetting<Value>;
  settle?(value: Value, context: SettingContext): Value;
  show?(value: Value): string;
  /** The value is a key or a password: it is never shown. */
  secret?: boolean;
};

/** Any text. */
export const text: SettingType<string> = {
  accepted: 'text',
  parse: (written) => ({ ok: true, value: written }),
};

/** A key, a password, a signed URL: text that is never shown. */
export const secretText: SettingType<string> = { ...text, accepted: 'secret text', secret: true };

type Range = { min?: number; max?: number };

function describeRange(noun: string, { min, max }: Range): string {
  if (min !== undefined && max !== undefined) return `${noun} from ${min} to ${max}`;
  if (min !== undefined) return `${noun} of at least ${min}`;
  if (max !== undefined) return `${noun} of at most ${max}`;
  return noun;
}

function parseNumber(written: string, pattern: RegExp, range: Range): ParsedSetting<number> {
  const value = Number(written);
  if (!pattern.test(written) || !Number.isFinite(value)) return { ok: false, why: 'is not a number of this form' };
  if (range.min !== undefined && value < range.min) return { ok: false, why: 'is too small' };
  if (range.max !== undefined && value > range.max) return { ok: false, why: 'is too large' };
  return { ok: true, value };
}

const wholeNumber = /^[+-]?\d{1,15}$/;
const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A whole number; both bounds are inclusive. Zero is a value. */
export function integer(range: Range = {}): SettingType<number> {
  return {
    accepted: describeRange('a whole number', range),
    parse: (written) => parseNumber(written, wholeNumber, range),
  };
}

/** A decimal number such as `0.8`; both bounds are inclusive. Zero is a value. */
export function number(range: Range = {}): SettingType<number> {
  return {
    accepted: describeRange('a number', range),
    parse: (written) => parseNumber(written, decimalNumber, range),
  };
}

/** A TCP port to listen on; 0 lets the system choose. */
export const port: SettingType<number> = {
  ...integer({ min: 0, max: 65_535 }),
  accepted: 'a port from 0 to 65535 (0 = any free one)',
};

const yes = new Set(['true', '1', 'yes', 'on']);
const no = new Set(['false', '0', 'no', 'off']);

/** A switch: true/false, 1/0, yes/no, on/off in any case. */
export const boolean: SettingType<boolean> = {
  accepted: 'true or false (also 1/0, yes/no, on/off)',
  parse(written) {
    const lower = written.toLowerCase();
    if (yes.has(lower)) return { ok: true, value: true };
    if (no.has(lower)) return { ok: true, value: false };
    return { ok: false, why: 'is neither true nor false' };
  },
};

function items(written: string): string[] {
  return written
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** A comma-separated list; items are trimmed, empty ones dropped. */
export const csv: SettingType<readonly string[]> = {
  accepted: 'a comma-separated list',
  parse: (written) => ({ ok: true, value: items(written) }),
  show: (value) => value.join(','),
};

/** A comma-separated list of whole numbers, e.g. `5,30,300`. */
export function csvIntegers(range: Range = {}): SettingType<readonly number[]> {
  return {
    accepted: `a comma-separated list; each item ${describeRange('a whole number', range)}`,
    parse(written) {
      const value: number[] = [];
      for (const item of items(written)) {
        const parsed = parseNumber(item, wholeNumber, range);
        if (!parsed.ok) return { ok: false, why: `has an item that ${parsed.why}` };
        value.push(parsed.value);
      }
      return { ok: true, value };
    },
    show: (value) => value.join(','),
  };
}

/** One of a few words, in any case; the value is the word as it stands in the list. */
export function oneOf<const Word extends string>(words: readonly Word[]): SettingType<Word> {
  return {
    accepted: `one of ${words.join(', ')}`,
    parse(written) {
      const value = words.find((word) => word.toLowerCase() === written.toLowerCase());
      return value === undefined ? { ok: false, why: 'is not one of the words' } : { ok: true, value };
    },
  };
}

/** An absolute URL with one of the schemes, without a trailing slash. */
export function url(schemes: readonly string[] = ['http', 'https']): SettingType<string> {
  return {
    accepted: `an absolute URL (${schemes.map((scheme) => `${scheme}://…`).join(' or ')})`,
    parse(written) {
      if (!URL.canParse(written)) return { ok: false, why: 'is not an absolute URL' };
      if (!schemes.includes(new URL(written).protocol.slice(0, -1))) return { ok: false, why: 'has the wrong scheme' };
      return { ok: true, value: written.replace(/\/+$/, '') };
    },
  };
}

/** A JSON text that fits a zod schema, e.g. a list of keys. */
export function jsonOf<Value>(schema: z.ZodType<Value>, accepted: string): SettingType<Value> {
  return {
    accepted,
    parse(written) {
      let value: unknown;
      try {
        value = JSON.parse(written);
      } catch {
        // The parser's own message quotes the text, which may hold keys.
        return { ok: false, why: 'is not JSON' };
      }
      const parsed = schema.safeParse(value);
      if (parsed.success) return { ok: true, value: parsed.data };
      const issue = parsed.error.issues[0];
      return {
        ok: false,
        why: `does not fit at ${['$', ...(issue?.path ?? [])].join('.')}: ${issue?.code ?? 'invalid'}`,
      };
    },
    show: (value) => JSON.stringify(value),
  };
}

/** A file or folder; a relative one lies in NEXUS_DATA_DIR, never in the working directory. */
export const path: SettingType<string> = {
  accepted: 'a path; a relative one is taken from NEXUS_DATA_DIR',
  parse: (written) => ({ ok: true, value: written }),
  settle: (value, context) => resolve(context.dataDirectory, value),
};

/** A folder; a relative one lies in the working directory. For NEXUS_DATA_DIR itself only. */
export const workingPath: SettingType<string> = {
  accepted: 'a path; a relative one is taken from the working directory',
  parse: (written) => ({ ok: true, value: written }),
  settle: (value, context) => resolve(context.workingDirectory, value),
};
