import { read, readText } from './thrown.ts';

/** True for the error of a zod schema, of any version or copy of zod. */
export function isZodError(thrown: unknown): boolean {
  const name = readText(thrown, 'name');
  return (
    (name === 'ZodError' || name === '$ZodError' || read(thrown, '_zod') !== undefined) &&
    Array.isArray(read(thrown, 'issues'))
  );
}

/** The issues of a zod error as data: where and what. */
export function zodDetail(thrown: unknown): Record<string, unknown> | undefined {
  if (!isZodError(thrown)) return undefined;
  const issues = read(thrown, 'issues') as unknown[];
  return {
    issues: issues.slice(0, 20).map((issue) => {
      const path = read(issue, 'path');
      const where = Array.isArray(path) ? path.map((part) => (typeof part === 'symbol' ? 'symbol' : String(part))) : [];
      return { path: where.join('.'), message: readText(issue, 'message') ?? 'invalid' };
    }),
  };
}

/** The first issue of a zod error as a sentence. */
export function zodMessage(thrown: unknown): string | undefined {
  const detail = zodDetail(thrown);
  const issues = detail?.['issues'] as { path: string; message: string }[] | undefined;
  const first = issues?.[0];
  if (issues === undefined || first === undefined) return undefined;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `${first.path === '' ? 'The value' : first.path}: ${first.message}${more}`;
}
