import type { LetterOptionName, LetterValues } from './letter-options.ts';

/**
 * Options as they are typed in a shell, to be copied: ` --group 0a1b --limit 50`, with a space before each. Only the named
 * ones, in their order; what the shell would take apart is quoted.
 */
export function typedWords(values: LetterValues, names: readonly LetterOptionName[]): string {
  return names.map((name) => typedOption(name, values[name])).join('');
}

function typedOption(name: string, value: LetterValues[LetterOptionName]): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? ` --${name}` : ` --no-${name}`;
  const list = Array.isArray(value) ? value : [String(value)];
  return list.map((each) => ` --${name} ${quoted(each)}`).join('');
}

function quoted(text: string): string {
  return /^[\w.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
