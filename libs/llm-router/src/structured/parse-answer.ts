import { jsonrepair } from 'jsonrepair';
import type { Finish } from '../model.ts';
import { scanJson } from './scan-json.ts';
import { isObject } from './schema-positions.ts';
import { withoutFence, withoutMarks, withoutThinking } from './unwrap-answer.ts';

/** What had to be done to an answer before it was one JSON object, in this order. `syntax` may have changed its meaning. */
export const LOCAL_REPAIRS = ['byte_order_mark', 'thinking', 'fence', 'string', 'surrounding_text', 'syntax'] as const;
export type LocalRepair = (typeof LOCAL_REPAIRS)[number];

export type ParsedAnswer =
  | { ok: true; value: Record<string, unknown>; repairs: LocalRepair[] }
  /** `truncated`: the model was cut off, so that no repair could know the rest. */
  | { ok: false; code: 'SCHEMA_PARSE_ERROR'; message: string; truncated: boolean };

export type ParseOptions = {
  /** Why the model stopped; `length` is never repaired: what is left of a cut answer can be valid and wrong. */
  finish?: Finish | undefined;
  /** Whether anything but the strict reading is tried; true unless told otherwise. */
  repair?: boolean | undefined;
};

/** Characters of an answer at most; the largest answers are a tenth of it. */
export const MOST_ANSWER_CHARACTERS = 1_000_000;
/** Some wrong texts take jsonrepair quadratic time: 0.3 s at this length, 8 s at three times of it. */
const MOST_SYNTAX_CHARACTERS = 32_768;
const MOST_DEPTH = 100;
/** Pieces between brackets that are looked at as JSON, at most. */
const MOST_PIECES = 32;

/**
 * Reads an answer as one JSON object: strictly first (the whole text is the object), then without what models put around
 * it, and with broken syntax mended last. Two different objects, a list, or a text with a part left out ("...") are no
 * object: nothing is chosen or made up. The value is unchecked. Takes linear time, never throws.
 */
export function parseAnswer(text: string, { finish = 'stop', repair = true }: ParseOptions = {}): ParsedAnswer {
  if (finish === 'length') return failed('was cut off at the limit of output tokens', { truncated: true });
  if (text.length > MOST_ANSWER_CHARACTERS) return failed(`is longer than ${MOST_ANSWER_CHARACTERS} characters`);
  const strict = readJson(text);
  if (isObject(strict)) return accepted(strict, []);
  if (!repair) return failed(kindOf(strict));
  return parseLoosely(text, []);
}

function parseLoosely(text: string, before: LocalRepair[]): ParsedAnswer {
  const marked = withoutMarks(text);
  const thought = withoutThinking(marked.text);
  const fenced = withoutFence(thought.text);
  const repairs: LocalRepair[] = [...before, ...marked.steps, ...thought.steps, ...fenced.steps];
  const whole = readJson(fenced.text);
  if (isObject(whole)) return accepted(whole, repairs);
  // One level only: an answer in three sets of quotes is no slip of the pen.
  if (typeof whole === 'string' && !before.includes('string')) return parseLoosely(whole, [...repairs, 'string']);
  if (whole !== undefined || fenced.text === '') return failed(kindOf(whole));
  return parseInside(fenced.text, repairs);
}

/** The one object somewhere in the text, as it stands or with its syntax mended. */
function parseInside(text: string, repairs: LocalRepair[]): ParsedAnswer {
  const found = findObjects(text);
  if (found.problem !== undefined) return failed(found.problem);
  if (found.object !== undefined) return accepted(found.object, [...repairs, 'surrounding_text']);
  const from = text.indexOf('{');
  if (from < 0) return failed(kindOf(undefined));
  const end = text.lastIndexOf('}') + 1;
  const piece = end > from ? text.slice(from, end) : text.slice(from);
  const mended = mendSyntax(piece);
  if (mended === undefined) return failed(kindOf(undefined));
  return accepted(mended, [...repairs, ...(piece === text ? [] : ['surrounding_text' as const]), 'syntax']);
}

type Found = { object?: Record<string, unknown>; problem?: string };

function findObjects(text: string): Found {
  const objects = new Map<string, Record<string, unknown>>();
  let broken = 0;
  let at = nextBracket(text, 0);
  for (let pieces = 0; at >= 0 && pieces < MOST_PIECES; pieces += 1) {
    const { end } = scanJson(text, at);
    const piece = text.slice(at, end);
    const value = readJson(piece);
    if (isListOfObjects(value) || (value === undefined && LIST_OF_OBJECTS.test(piece))) {
      return { problem: 'holds a JSON list, not one JSON object' };
    }
    if (isObject(value)) objects.set(JSON.stringify(value), value);
    else if (BROKEN_OBJECT.test(piece)) broken += 1;
    // What never closes has been walked to the end of the text; to look at it bracket by bracket takes quadratic time.
    if (end === undefined) break;
    // A bracket of the prose may stand around the object: "[see {…}]".
    at = nextBracket(text, value === undefined && piece.startsWith('[') ? at + 1 : end);
  }
  const [object] = objects.values();
  if (objects.size + broken > 1) return { problem: 'holds several JSON objects, not one' };
  return object === undefined || broken > 0 ? {} : { object };
}

/** Citations like "[1]" belong to the prose around an answer. */
function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === 'object');
}

const LIST_OF_OBJECTS = /^\[\s*\{/;
/** Something in braces that begins as objects do, unlike "{name}" in prose. */
const BROKEN_OBJECT = /^\{\s*(?:"[^"]{0,100}"|'[^']{0,100}'|“[^”]{0,100}”|\w{1,100})\s*:/;

const BRACKET = /[{[]/g;

function nextBracket(text: string, from: number): number {
  BRACKET.lastIndex = from;
  return BRACKET.exec(text)?.index ?? -1;
}

function mendSyntax(text: string): Record<string, unknown> | undefined {
  if (text.length > MOST_SYNTAX_CHARACTERS) return undefined;
  const { depth, cutInString, elided } = scanJson(text, 0);
  // Both can be mended into something valid that the model never meant.
  if (cutInString || elided || depth > MOST_DEPTH) return undefined;
  try {
    const value = readJson(jsonrepair(text));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when the text is no JSON, or is nested deeper than anybody's document. */
function readJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    const isNested = typeof value === 'object' && value !== null;
    return isNested && scanJson(text, text.search(/[{[]/)).depth > MOST_DEPTH ? undefined : value;
  } catch {
    return undefined;
  }
}

function accepted(value: Record<string, unknown>, repairs: LocalRepair[]): ParsedAnswer {
  return { ok: true, value, repairs };
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'is not one JSON object';
  return `is a JSON ${Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value}, not one JSON object`;
}

function failed(what: string, { truncated = false } = {}): ParsedAnswer {
  return { ok: false, code: 'SCHEMA_PARSE_ERROR', message: `The model's answer ${what}.`, truncated };
}
