import { comparableCode } from './cause.ts';
import { problemsOf, shownPath } from './policy-file-problems.ts';
import type { PolicyFileProblem } from './policy-file-problems.ts';
import { policyFileSchema } from './policy-file-schema.ts';
import type { PolicyFile } from './policy-file-schema.ts';
import type { PolicyRule, TriagePolicy } from './policy.ts';

/** A policy, or everything that is wrong with the file. Whoever gets `ok: false` must not go on with any policy of the file. */
export type PolicyFileResult = { ok: true; policy: TriagePolicy } | { ok: false; problems: PolicyFileProblem[] };

type ByCode = TriagePolicy['requeue']['byFailureCode'];
type FileRule = NonNullable<PolicyFile['rules']>[number];

/**
 * Reads an already parsed policy file (YAML or JSON) on top of `base`, the policy of the environment. An empty document
 * is `base`. What the file gives replaces that part of `base`; the requeue rules of types and codes are merged, so that
 * a rule of `base` stays unless the file names that type or code. Never throws for parsed YAML or JSON.
 */
export function readPolicyFile(value: unknown, base: TriagePolicy): PolicyFileResult {
  if (value === undefined || value === null) return { ok: true, policy: base };
  const parsed = policyFileSchema.safeParse(value);
  const problems = [...(parsed.success ? [] : problemsOf(parsed.error.issues)), ...entryProblems(value)];
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, policy: policyOf(parsed.data, base) };
}

function policyOf(file: PolicyFile, base: TriagePolicy): TriagePolicy {
  const { requeue } = file;
  return {
    holdCodes: file.hold ?? base.holdCodes,
    alarmCodes: file.alarm ?? base.alarmCodes,
    requeueCodes: file.auto_requeue ?? base.requeueCodes,
    rules: file.rules?.map(ruleOf) ?? base.rules,
    requeue: {
      default: requeue?.default ?? base.requeue.default,
      byTaskType: { ...base.requeue.byTaskType, ...requeue?.task_types },
      byFailureCode: mergedByCode(base.requeue.byFailureCode, requeue?.failure_codes ?? {}),
    },
    requeueLimit: file.requeue_limit ?? base.requeueLimit,
  };
}

function ruleOf({ name, action, reason, match }: FileRule): PolicyRule {
  const { all: _everything, age, attempts, requeues, ...lists } = match;
  const bounds = {
    age: age && present(age),
    attempts: attempts && present(attempts),
    requeues: requeues && present(requeues),
  };
  return {
    name,
    match: { ...present(lists), ...present(bounds) },
    action,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The file's rules of codes on top of those of the base, whatever case either is written in. */
function mergedByCode(base: ByCode, file: ByCode): ByCode {
  const named = new Map(Object.entries(file).map(([code, rule]) => [comparableCode(code), rule]));
  const kept = Object.entries(base).filter(([code]) => !named.has(comparableCode(code)));
  return Object.fromEntries([...kept, ...named]);
}

/**
 * What the schema does not tell: entries that say the same thing twice, also when other things are wrong, and the key
 * `__proto__`, which it drops without a word; a rule would be lost.
 */
function entryProblems(value: unknown): PolicyFileProblem[] {
  const requeue = member(value, 'requeue');
  const codes = keysOf(member(requeue, 'failure_codes'));
  const types = keysOf(member(requeue, 'task_types'));
  const repeatedCodes = repeats(codes.map(comparableCode)).map((index) => ({
    path: shownPath(['requeue', 'failure_codes', codes[index] ?? '']),
    message: 'names a failure code a second time; case does not count',
  }));
  const repeatedNames = repeats(ruleNames(value)).map((index) => ({
    path: shownPath(['rules', index, 'name']),
    message: 'is also the name of an earlier rule; names are unique',
  }));
  return [
    ...repeatedNames,
    ...repeatedCodes,
    ...(codes.includes('__proto__') ? [unusable('failure_codes')] : []),
    ...(types.includes('__proto__') ? [unusable('task_types')] : []),
  ];
}

function ruleNames(value: unknown): unknown[] {
  const rules = member(value, 'rules');
  return Array.isArray(rules) ? rules.map((rule) => member(rule, 'name')) : [];
}

/** Where a text stands that stood before. */
function repeats(values: readonly unknown[]): number[] {
  const seen = new Set<unknown>();
  return [...values.keys()].filter((index) => {
    const value = values[index];
    if (typeof value !== 'string') return false;
    return seen.has(value) || !seen.add(value);
  });
}

function unusable(section: string): PolicyFileProblem {
  return { path: shownPath(['requeue', section, '__proto__']), message: 'cannot be used as a key; remove it' };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

type Present<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> };

/** The members that are there: the schema's types allow for an undefined one where the policy's do not. */
function present<Value extends object>(value: Value): Present<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Present<Value>;
}
