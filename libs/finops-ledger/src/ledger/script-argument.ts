/**
 * Many values as one argument of a script, which reads them with cjson: each argument of its own costs both sides more.
 * Numbers are whole, up to 2⁵³.
 */
export function scriptArgument(values: readonly (string | number)[]): string {
  const text = JSON.stringify(values);
  return text.includes('\\ud') ? JSON.stringify(values.map(wellFormed)) : text;
}

/** cjson refuses half a surrogate pair, which a text of a caller may have; elsewhere Redis is sent U+FFFD for it. */
function wellFormed(value: string | number): string | number {
  return typeof value === 'string' ? Buffer.from(value).toString() : value;
}
