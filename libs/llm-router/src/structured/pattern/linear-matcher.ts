import type { AssertionKind, PatternNode } from './parse-pattern.ts';

/** Is told of every step of a match; may throw to end it. */
export type Charge = (steps: number) => void;

/**
 * A test "does the pattern match anywhere in the text" in time O(text × states), whatever pattern and text are: all
 * threads of the automaton walk over the text together (Thompson 1968), nothing is ever tried again.
 */
export function linearMatcher(node: PatternNode, charge: Charge): (text: string) => boolean {
  const program: Instruction[] = [];
  const start = write(program, node, push(program, { type: 'match' }));
  const walk = { program, start, charge, marks: new Uint32Array(program.length), generation: 0 };
  return (text) => run(walk, text);
}

type Instruction =
  | { type: 'match' }
  | { type: 'character'; accepts: (codePoint: number) => boolean; next: number }
  | { type: 'assertion'; kind: AssertionKind; next: number }
  | { type: 'fork'; next: number[] };

function push(program: Instruction[], instruction: Instruction): number {
  return program.push(instruction) - 1;
}

/** Writes backwards: the place where `node` begins, when what follows it begins at `next`. */
function write(program: Instruction[], node: PatternNode, next: number): number {
  switch (node.type) {
    case 'character':
      return push(program, { type: 'character', accepts: node.accepts, next });
    case 'assertion':
      return push(program, { type: 'assertion', kind: node.kind, next });
    case 'sequence':
      return node.parts.reduceRight((after, part) => write(program, part, after), next);
    case 'choice':
      return push(program, { type: 'fork', next: node.options.map((option) => write(program, option, next)) });
    case 'repeat':
      return writeRepeat(program, node, next);
  }
}

function writeRepeat(program: Instruction[], node: PatternNode & { type: 'repeat' }, next: number): number {
  let begin = next;
  if (node.max === Infinity) {
    const fork: Instruction & { type: 'fork' } = { type: 'fork', next: [next] };
    begin = push(program, fork);
    fork.next.push(write(program, node.body, begin));
  } else {
    for (let optional = node.min; optional < node.max; optional += 1) {
      begin = push(program, { type: 'fork', next: [next, write(program, node.body, begin)] });
    }
  }
  for (let required = 0; required < node.min; required += 1) begin = write(program, node.body, begin);
  return begin;
}

type Walk = { program: Instruction[]; start: number; charge: Charge; marks: Uint32Array; generation: number };
type Place = { before: number | undefined; after: number | undefined };

function run(walk: Walk, text: string): boolean {
  let threads: number[] = [];
  let before: number | undefined;
  for (let at = 0; ;) {
    const after = text.codePointAt(at);
    const reached = closure(walk, [...threads, walk.start], { before, after });
    if (reached === 'match') return true;
    if (after === undefined) return false;
    threads = step(walk.program, reached, after);
    before = after;
    at += after > 0xffff ? 2 : 1;
  }
}

/** Every instruction that waits for a character, reached from `from` without one. */
function closure(walk: Walk, from: number[], place: Place): number[] | 'match' {
  const { program, marks } = walk;
  walk.generation += 1;
  const waiting: number[] = [];
  const open = from;
  let steps = 1;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const instruction = program[at];
    if (instruction === undefined || marks[at] === walk.generation) continue;
    marks[at] = walk.generation;
    steps += 1;
    if (instruction.type === 'match') return 'match';
    if (instruction.type === 'character') waiting.push(at);
    else if (instruction.type === 'fork') open.push(...instruction.next);
    else if (holds(instruction.kind, place)) open.push(instruction.next);
  }
  walk.charge(steps);
  return waiting;
}

function step(program: Instruction[], waiting: number[], codePoint: number): number[] {
  const next: number[] = [];
  for (const at of waiting) {
    const instruction = program[at];
    if (instruction?.type === 'character' && instruction.accepts(codePoint)) next.push(instruction.next);
  }
  return next;
}

function holds(kind: AssertionKind, { before, after }: Place): boolean {
  if (kind === 'start') return before === undefined;
  if (kind === 'end') return after === undefined;
  return (isWord(before) !== isWord(after)) === (kind === 'boundary');
}

/** `\w` without the flag `i`: ASCII letters, digits and the underscore. */
function isWord(codePoint: number | undefined): boolean {
  return codePoint !== undefined && /^\w$/.test(String.fromCodePoint(codePoint));
}
