/** What was taken away around an answer, and what is left of it. */
export type Unwrapped<Step extends string> = { text: string; steps: Step[] };

/** Without the byte order mark, zero-width spaces and white space at both ends. */
export function withoutMarks(text: string): Unwrapped<'byte_order_mark'> {
  const trimmed = text.replace(/^[\s\u200b\ufeff]+/u, '').trimEnd();
  return { text: trimmed, steps: /^\s*[\u200b\ufeff]/u.test(text) ? ['byte_order_mark'] : [] };
}

const OPENING = /^<(think|thinking|thought|reasoning)>/i;
const CLOSING = /<\/(?:think|thinking|thought|reasoning)>/gi;

/**
 * Without what the model thought before it answered. Some chat templates swallow the opening tag, so a closing one with
 * text before it counts too; one inside the answer does not. Thoughts that never end leave nothing: a draft in them is
 * no answer.
 */
export function withoutThinking(text: string): Unwrapped<'thinking'> {
  let left = text;
  for (let found = closingOf(left); found !== undefined; found = closingOf(left)) left = left.slice(found).trimStart();
  return { text: left, steps: left === text ? [] : ['thinking'] };
}

/** Just after the tag that ends the thoughts the text begins with; undefined when it begins with none. */
function closingOf(text: string): number | undefined {
  const opens = OPENING.test(text);
  CLOSING.lastIndex = 0;
  const closing = CLOSING.exec(text);
  if (closing === null) return opens ? text.length : undefined;
  if (opens || !/^[{["'`]/.test(text)) return closing.index + closing[0].length;
  return undefined;
}

const FENCE = '```';

/** What stands inside the fence that the whole text is; the text itself when it is none. A missing closing fence is taken. */
export function withoutFence(text: string): Unwrapped<'fence'> {
  const newLine = text.indexOf('\n');
  if (!text.startsWith(FENCE) || newLine < 0) return { text, steps: [] };
  const body = text.slice(newLine + 1);
  return { text: (body.endsWith(FENCE) ? body.slice(0, -FENCE.length) : body).trim(), steps: ['fence'] };
}
