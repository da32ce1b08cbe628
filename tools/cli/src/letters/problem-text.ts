import type { ClientFailure } from '@nexus/contracts';
import { inertText } from './inert-text.ts';
import type { Words } from './words.ts';

/** What is wrong, and what to do about it: the code, the supervisor's sentence, the inputs that did not fit, advice. */
export function problemText(failure: ClientFailure, words: Words, baseUrl: string): string {
  const { code, status, message } = failure;
  const number = status === 0 ? '' : ` (${status})`;
  const lines = [`${code}${number}: ${inertText(message, 600)}`, ...issuesOf(failure)];
  const advice = adviceOn(failure, words, baseUrl);
  if (advice !== undefined) lines.push(`${words.whatToDo} ${advice}`);
  return lines.map((line, index) => (index === 0 ? line : `  ${line}`)).join('\n');
}

function adviceOn({ code, retry_after }: ClientFailure, { advice }: Words, baseUrl: string): string | undefined {
  const known = Object.hasOwn(advice, code) ? advice[code as keyof Words['advice']] : undefined;
  return known?.({ baseUrl, seconds: retry_after ?? 1 });
}

/** The inputs of a 422; the supervisor's own words. */
function issuesOf({ detail }: ClientFailure): string[] {
  const issues = detail?.['issues'];
  if (!Array.isArray(issues)) return [];
  return (issues as unknown[]).slice(0, 10).flatMap((issue) => {
    if (typeof issue !== 'object' || issue === null) return [];
    const { path, message } = issue as { path?: unknown; message?: unknown };
    return [`${textOf(path)}: ${textOf(message)}`];
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? inertText(value) : '';
}
