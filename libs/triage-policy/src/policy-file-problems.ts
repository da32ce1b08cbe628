import type * as z from 'zod';

/** One thing that is wrong with a policy file. `path` as in `rules[0].match.age`, empty for the file as a whole. */
export type PolicyFileProblem = { path: string; message: string };

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The problems of a refused file in words for its author, one for each place and unknown key. */
export function problemsOf(issues: readonly Issue[], under: Path = []): PolicyFileProblem[] {
  return issues.flatMap((issue) => {
    const path = [...under, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: shownPath([...path, key]), message: issue.message }));
    if (issue.code === 'invalid_key')
      return issue.issues.map(({ message }) => ({ path: shownPath(path), message: `as a key: ${message}` }));
    const inside = issue.code === 'invalid_union' ? closestIssues(issue.errors) : [];
    if (inside.length > 0) return problemsOf(inside, path);
    return [{ path: shownPath(path), message: issue.message }];
  });
}

/** Of a value that may be one text or a list: what is wrong inside the list, when it is one. */
function closestIssues(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  return alternatives.find((issues) => issues.some(({ path }) => path.length > 0)) ?? [];
}

/** Keys that are no plain words are quoted, so that nothing in a key can pass for something else. */
export function shownPath(path: Path): string {
  return path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      return /^\w{1,100}$/.test(String(part)) ? `.${String(part)}` : `[${JSON.stringify(String(part).slice(0, 100))}]`;
    })
    .join('')
    .replace(/^\./, '');
}
