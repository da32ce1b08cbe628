import { isObject, parseJson } from './json-value.ts';

/**
 * The first JSON Schema of an object written out in a prompt, as one does for a provider that takes no schema;
 * undefined if there is none.
 */
export function schemaInPrompt(prompt: string): unknown {
  for (let from = prompt.indexOf('{'); from >= 0; from = prompt.indexOf('{', from + 1)) {
    const end = endOfObject(prompt, from);
    const value = end === undefined ? undefined : parseJson(prompt.slice(from, end));
    if (isObject(value) && ('properties' in value || '$ref' in value || value['type'] === 'object')) return value;
    if (end !== undefined && value !== undefined) from = end - 1;
  }
  return undefined;
}

/** The index after the brace that closes the one at `from`; braces in strings do not count. */
function endOfObject(text: string, from: number): number | undefined {
  let open = 0;
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\' && quoted) at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === '{') open += 1;
    else if (!quoted && character === '}') open -= 1;
    if (open === 0) return at + 1;
  }
  return undefined;
}
