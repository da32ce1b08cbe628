/** A regular expression as a tree: only what a matcher in linear time can run. */
export type PatternNode =
  /** One code point; `accepts` asks the platform's own engine, so that classes and escapes mean what they always mean. */
  | { type: 'character'; source: string; accepts: (codePoint: number) => boolean }
  | { type: 'sequence'; parts: PatternNode[] }
  | { type: 'choice'; options: PatternNode[] }
  /** `max` is Infinity for an open end. */
  | { type: 'repeat'; body: PatternNode; min: number; max: number }
  | { type: 'assertion'; kind: AssertionKind };

export type AssertionKind = 'start' | 'end' | 'boundary' | 'no boundary';

export type ParsedPattern = { ok: true; node: PatternNode } | { ok: false; problem: string };

/** Characters of a pattern at most. */
export const MOST_PATTERN_CHARACTERS = 1_000;
/** Steps of an automaton at most, repetitions written out: `a{1000}` has a thousand. */
export const MOST_PATTERN_STATES = 4_000;

/**
 * Reads an ECMAScript pattern (flag `u`, as JSON Schema wants it). Look-around and back references are refused: no
 * matcher in linear time knows them. So are patterns above the two limits.
 */
export function parsePattern(pattern: string): ParsedPattern {
  if (pattern.length > MOST_PATTERN_CHARACTERS) {
    return { ok: false, problem: `is longer than ${MOST_PATTERN_CHARACTERS} characters` };
  }
  const problem = syntaxProblem(pattern);
  if (problem !== undefined) return { ok: false, problem };
  const reader: Reader = { pattern, at: 0, refused: undefined };
  const node = readChoice(reader);
  if (reader.refused !== undefined) return { ok: false, problem: reader.refused };
  if (statesOf(node) > MOST_PATTERN_STATES) {
    return { ok: false, problem: `repeats too much: above ${MOST_PATTERN_STATES} states` };
  }
  return { ok: true, node };
}

type Reader = { pattern: string; at: number; refused: string | undefined };

/** The platform's engine judges the syntax, so that the reader below only ever sees valid patterns. */
function syntaxProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return `is no regular expression (${error instanceof Error ? error.message.split(': ').at(-1) : 'syntax'})`;
  }
}

function readChoice(reader: Reader): PatternNode {
  const options = [readSequence(reader)];
  while (reader.pattern[reader.at] === '|') {
    reader.at += 1;
    options.push(readSequence(reader));
  }
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { type: 'choice', options };
}

function readSequence(reader: Reader): PatternNode {
  const parts: PatternNode[] = [];
  while (reader.at < reader.pattern.length && !'|)'.includes(reader.pattern[reader.at] ?? '')) {
    parts.push(readRepeat(reader, readAtom(reader)));
    if (reader.refused !== undefined) break;
  }
  return { type: 'sequence', parts };
}

const QUANTIFIER = /(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/y;

/** Lazy or greedy does not matter: the question is only whether there is a match. */
function readRepeat(reader: Reader, body: PatternNode): PatternNode {
  QUANTIFIER.lastIndex = reader.at;
  const found = QUANTIFIER.exec(reader.pattern);
  if (found === null) return body;
  reader.at = QUANTIFIER.lastIndex;
  const [text, low, comma, high] = found;
  if (low !== undefined) {
    const min = Number(low);
    return { type: 'repeat', body, min, max: comma === '' ? min : high ? Number(high) : Infinity };
  }
  return { type: 'repeat', body, min: text.startsWith('+') ? 1 : 0, max: text.startsWith('?') ? 1 : Infinity };
}

function readAtom(reader: Reader): PatternNode {
  const character = reader.pattern[reader.at];
  if (character === '(') return readGroup(reader);
  if (character === '^' || character === '$') {
    reader.at += 1;
    return { type: 'assertion', kind: character === '^' ? 'start' : 'end' };
  }
  if (character === '\\') return readEscape(reader);
  const source =
    character === '[' ? classSource(reader) : String.fromCodePoint(reader.pattern.codePointAt(reader.at) ?? 0);
  reader.at += source.length;
  return characterNode(source);
}

const GROUP = /\((?:\?(?::|<[^=!>][^>]*>))?/y;

function readGroup(reader: Reader): PatternNode {
  GROUP.lastIndex = reader.at;
  const opening = GROUP.exec(reader.pattern)?.[0] ?? '(';
  if (opening === '(' && reader.pattern[reader.at + 1] === '?') {
    reader.refused = 'uses look-around or flags inside the pattern, which cannot be matched in linear time';
    return { type: 'sequence', parts: [] };
  }
  reader.at += opening.length;
  const body = readChoice(reader);
  reader.at += 1;
  return body;
}

const ESCAPE =
  /\\(?:[pP]\{[^}]*\}|x[\dA-Fa-f]{2}|u\{[\dA-Fa-f]+\}|u[dD][89abAB][\dA-Fa-f]{2}\\u[dD][c-fC-F][\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|c[A-Za-z]|[^])/y;

function readEscape(reader: Reader): PatternNode {
  ESCAPE.lastIndex = reader.at;
  const source = ESCAPE.exec(reader.pattern)?.[0] ?? '\\\\';
  reader.at += source.length;
  if (source === '\\b' || source === '\\B') {
    return { type: 'assertion', kind: source === '\\b' ? 'boundary' : 'no boundary' };
  }
  if (/^\\[1-9k]/.test(source)) {
    reader.refused = 'uses a back reference, which cannot be matched in linear time';
  }
  return characterNode(source);
}

/** From `[` to the `]` that closes it; inside, only a backslash takes the meaning from a `]`. */
function classSource({ pattern, at }: Reader): string {
  let end = at + 1;
  while (end < pattern.length && pattern[end] !== ']') end += pattern[end] === '\\' ? 2 : 1;
  return pattern.slice(at, end + 1);
}

function characterNode(source: string): PatternNode {
  if (source.startsWith('\\k') || /^\\[1-9]/.test(source)) return { type: 'sequence', parts: [] };
  const single = new RegExp(`^${source}$`, 'u');
  const known = new Map<number, boolean>();
  function accepts(codePoint: number): boolean {
    const answer = known.get(codePoint) ?? single.test(String.fromCodePoint(codePoint));
    if (known.size < 1_000) known.set(codePoint, answer);
    return answer;
  }
  return { type: 'character', source, accepts };
}

/** States of the automaton, at most MOST_PATTERN_STATES + 1 so that nested repetitions do not overflow. */
export function statesOf(node: PatternNode): number {
  return Math.min(MOST_PATTERN_STATES + 1, countStates(node));
}

function countStates(node: PatternNode): number {
  switch (node.type) {
    case 'character':
    case 'assertion':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + statesOf(part), 0);
    case 'choice':
      return node.options.reduce((sum, option) => sum + statesOf(option) + 1, 0);
    case 'repeat': {
      const copies = node.max === Infinity ? node.min + 1 : node.max;
      return copies * (statesOf(node.body) + 1);
    }
  }
}
