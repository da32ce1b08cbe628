import type { PatternNode } from './parse-pattern.ts';

/** Picks one of `count` possibilities, 0 .. count − 1; always picking 0 gives the shortest text. */
export type Choose = (count: number) => number;

/**
 * `spare.left` is how many repetitions beyond the necessary ones there may be, all in all; with `stretch` the first ones
 * that can be are taken, without it `choose` decides.
 */
export type ExampleOptions = { choose: Choose; spare: { left: number }; stretch?: boolean };

/**
 * A text that the pattern probably matches: assertions inside it are not looked at, so the caller checks. Undefined when
 * a class of it accepts nothing that was tried.
 */
export function exampleOfPattern(node: PatternNode, options: ExampleOptions): string | undefined {
  switch (node.type) {
    case 'assertion':
      return '';
    case 'character':
      return exampleCharacter(node, options.choose);
    case 'sequence':
      return joined(node.parts, options);
    case 'choice': {
      const option = node.options[options.choose(node.options.length)];
      return option && exampleOfPattern(option, options);
    }
    case 'repeat':
      return joined(new Array<PatternNode>(timesOf(node, options)).fill(node.body), options);
  }
}

function timesOf({ min, max }: PatternNode & { type: 'repeat' }, { choose, spare, stretch }: ExampleOptions): number {
  const most = Math.min(max - min, spare.left);
  const more = stretch === true ? most : choose(most + 1);
  spare.left -= more;
  return min + more;
}

function joined(parts: PatternNode[], options: ExampleOptions): string | undefined {
  const texts = parts.map((part) => exampleOfPattern(part, options));
  return texts.includes(undefined) ? undefined : texts.join('');
}

const PREFERRED = 'ax0A1-_ .가中あ';
/** Beyond the letters of Europe and the signs; what comes later is found only where a class names it. */
const LAST_SCANNED = 0x2500;

function exampleCharacter(node: PatternNode & { type: 'character' }, choose: Choose): string | undefined {
  const liked = [...writtenIn(node.source), ...PREFERRED].filter((text) => node.accepts(text.codePointAt(0) ?? 0));
  return liked[choose(liked.length)] ?? scan(node);
}

/** The characters a class or an escape names: the ends of its ranges are among them. */
function writtenIn(source: string): string {
  return source.replaceAll(
    /\\u\{([\dA-Fa-f]+)\}|((?:\\u[\dA-Fa-f]{4})+)/g,
    (_whole, braced?: string, plain?: string) =>
      braced === undefined ? (JSON.parse(`"${plain}"`) as string) : String.fromCodePoint(parseInt(braced, 16)),
  );
}

/** What a scan found, so that the many tries of one document scan once. */
const scanned = new WeakMap<PatternNode, { text: string | undefined }>();

function scan(node: PatternNode & { type: 'character' }): string | undefined {
  const known = scanned.get(node);
  if (known !== undefined) return known.text;
  let codePoint = 1;
  while (codePoint < LAST_SCANNED && !node.accepts(codePoint)) codePoint += 1;
  const text = codePoint < LAST_SCANNED ? String.fromCodePoint(codePoint) : undefined;
  scanned.set(node, { text });
  return text;
}
