import { inertJson } from './inert-text.ts';
import type { LetterContext, SubcommandCall } from './subcommand.ts';
import type { ViewStyle } from './views/view-style.ts';

/** Writes an answer as a result: as it is with --json, else as people read it. */
export function present(
  answer: unknown,
  view: (style: ViewStyle) => string,
  { call, context }: { call: Pick<SubcommandCall, 'values'>; context: LetterContext },
): void {
  context.onAnswer?.(answer);
  context.console.result(call.values.json === true ? inertJson(answer) : view(styleOf(context)));
}

/** How views are to look on the console of a context. */
export function styleOf({ console, words, now }: LetterContext): ViewStyle {
  return { words, paint: console.paint, width: console.width, now: now() };
}

/** A note for people; --json keeps quiet. */
export function hint(
  text: string,
  { call, context }: { call: Pick<SubcommandCall, 'values'>; context: LetterContext },
): void {
  if (call.values.json !== true) context.console.note(`${text}\n`);
}
