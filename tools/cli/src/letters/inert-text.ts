/** Control characters, and the invisible ones that reverse the order of what follows. */
const ACTIVE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const ACTIVE_IN_JSON = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const LONGEST_LINE = 4000;

/**
 * Text from a letter as one line that a terminal only shows: whatever could move the cursor, colour, or reorder becomes a
 * space. Longer than `longest` characters is cut and ends with `…`.
 */
export function inertText(text: string, longest = 200): string {
  const line = text.replace(ACTIVE, ' ').replace(/ {2,}/g, ' ').trim();
  const characters = [...line];
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join('')}…`;
}

/** The lines of a text, each inert and with its indentation; a line of more than 4,000 characters is cut. */
export function inertLines(text: string): string[] {
  return text.split('\n').map((line) => {
    const [indent = ''] = /^ */.exec(line) ?? [];
    return `${indent}${inertText(line, LONGEST_LINE)}`;
  });
}

/** A JSON document that reads back as `value` and holds no character a terminal would act on. Ends with a newline. */
export function inertJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? 'null';
  return `${text.replace(ACTIVE_IN_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
