import type { ErrorObject } from 'ajv';

/** Errors told about one document, at most. */
export const MOST_VALIDATION_ERRORS = 5;
const MOST_ERROR_CHARACTERS = 300;

/**
 * At most five errors, each as `<JSON pointer>: <what is wrong>`, `/` for the whole document. They name members and what
 * the schema allows, never a value of the document. Control characters are left out: names come from the document.
 */
export function validationErrors(errors: readonly ErrorObject[]): string[] {
  const lines: string[] = [];
  for (const error of errors) {
    const line = oneLine(`${error.instancePath || '/'}: ${error.message ?? error.keyword}${detail(error)}`);
    if (!lines.includes(line)) lines.push(line);
    if (lines.length === MOST_VALIDATION_ERRORS) break;
  }
  return lines;
}

function detail({ keyword, params }: ErrorObject): string {
  const { allowedValues, allowedValue, additionalProperty, unevaluatedProperty } = params as Record<string, unknown>;
  if (keyword === 'enum') return `: ${JSON.stringify(allowedValues)}`;
  if (keyword === 'const') return `: ${JSON.stringify(allowedValue)}`;
  const name = additionalProperty ?? unevaluatedProperty;
  return name === undefined ? '' : `: ${JSON.stringify(name)}`;
}

function oneLine(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
  if (plain.length <= MOST_ERROR_CHARACTERS) return plain;
  return `${plain.slice(0, MOST_ERROR_CHARACTERS - 1).replace(/\p{Cs}$/u, '')}…`;
}
