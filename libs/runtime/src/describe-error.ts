import { isError } from './mask.ts';

const DEEPEST_CAUSE = 8;

function codeOf(error: Error): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' || typeof code === 'number' ? ` [${code}]` : '';
}

function headOf(thrown: unknown): string {
  if (!isError(thrown)) return describeValue(thrown);
  const stack =
    typeof thrown.stack === 'string' && thrown.stack !== '' ? thrown.stack : `${thrown.name}: ${thrown.message}`;
  return stack + codeOf(thrown);
}

function describeValue(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  return JSON.stringify(thrown) ?? Object.prototype.toString.call(thrown);
}

/**
 * Anything that was thrown as text: stack, code and the chain of causes, each under its own `Caused by:`. Never throws,
 * whatever getters or circles the value has. Not masked.
 */
export function describeError(thrown: unknown): string {
  const parts: string[] = [];
  let current = thrown;
  for (let depth = 0; depth < DEEPEST_CAUSE && current !== undefined; depth += 1) {
    try {
      parts.push(headOf(current));
      current = isError(current) ? current.cause : undefined;
    } catch {
      parts.push('[unreadable]');
      break;
    }
  }
  return parts.join('\nCaused by: ');
}
