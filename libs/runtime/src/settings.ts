import { resolve } from 'node:path';
import type { SettingContext, SettingType } from './setting-types.ts';

/** One environment variable as data: from it come its value, its line in docs/settings.md and in .env.example. */
export type Variable<Value> = {
  /** Heading it stands under in the documentation, e.g. `Core`. */
  group: string;
  type: SettingType<NonNullable<Value>>;
  /** Value when the variable is unset. */
  default: Value;
  /** What it does, one sentence without a full stop. */
  text: string;
  /** Shown instead of the default where that says more, e.g. `the launcher's local Redis`. */
  defaultText?: string;
  /** Other names, accepted in silence after the first. */
  aliases?: readonly string[];
  /** Older names, accepted with a warning. */
  deprecated?: readonly string[];
  /** Never shown; implied by a secret type. */
  secret?: boolean;
  /** Starting without it is a problem. */
  required?: boolean;
  /** An explicitly empty value is a value (an empty list, an empty text) rather than "unset". */
  emptyIsValue?: boolean;
};

/** A settings schema: the names are the names of the environment variables. */
export type Variables = Readonly<Record<string, Variable<unknown>>>;

/** The typed values of a settings schema, by the same names. */
export type SettingValues<Schema extends Variables> = {
  readonly [Name in keyof Schema]: Schema[Name] extends Variable<infer Value> ? Value : never;
};

/** Why a variable cannot be used, and what would do. Secret values are never part of it. */
export type SettingProblem = { name: string; why: string; accepted: string };

/**
 * A rule over several variables, e.g. that production has no default keys. `problem` says what is wrong, or undefined;
 * it runs only when every variable in `names` could be read. The problem is reported under the first name.
 */
export type SettingRule<Schema extends Variables> = {
  names: readonly (keyof Schema & string)[];
  accepted: string;
  problem(values: SettingValues<Schema>): string | undefined;
};

export type SettingsResult<Schema extends Variables> =
  { ok: true; values: SettingValues<Schema>; warnings: string[] } | { ok: false; problems: SettingProblem[] };

type Environment = Readonly<Record<string, string | undefined>>;

type VariableOptions<Value> = Omit<Variable<Value>, 'type' | 'default' | 'required'> & { type: SettingType<Value> };

/** Declares a variable. Without a default its value may be undefined; with `required` the start fails instead. */
export function variable<Value>(options: VariableOptions<Value> & { default: NoInfer<Value> }): Variable<Value>;
export function variable<Value>(options: VariableOptions<Value> & { required: true }): Variable<Value>;
export function variable<Value>(options: VariableOptions<Value>): Variable<Value | undefined>;
export function variable<Value>(options: VariableOptions<Value> & { default?: Value }): Variable<Value | undefined> {
  return { ...options, default: options.default } as Variable<Value | undefined>;
}

/** True when the value of the variable must never be shown. */
export function isSecret(declared: Variable<unknown>): boolean {
  return declared.secret ?? declared.type.secret ?? false;
}

type Written = { text: string; name: string } | undefined;

function findWritten(name: string, declared: Variable<unknown>, env: Environment): Written {
  for (const candidate of [name, ...(declared.aliases ?? []), ...(declared.deprecated ?? [])]) {
    const text = env[candidate]?.trim();
    if (text === undefined) continue;
    if (text !== '' || declared.emptyIsValue === true) return { text, name: candidate };
  }
  return undefined;
}

function contextOf(env: Environment, workingDirectory: string): SettingContext {
  const dataDirectory = env['NEXUS_DATA_DIR']?.trim() || '.nexus';
  return { workingDirectory, dataDirectory: resolve(workingDirectory, dataDirectory) };
}

type Reading = { ok: true; value: unknown; warning?: string } | { ok: false; problem: SettingProblem };

function readOne(
  name: string,
  declared: Variable<unknown>,
  sources: { env: Environment; context: SettingContext },
): Reading {
  const accepted = declared.type.accepted;
  const written = findWritten(name, declared, sources.env);
  const settle = (value: unknown) =>
    value === undefined || value === null ? value : (declared.type.settle?.(value, sources.context) ?? value);
  if (written === undefined) {
    if (declared.required) return { ok: false, problem: { name, why: 'is not set', accepted } };
    return { ok: true, value: settle(declared.default) };
  }
  const parsed = declared.type.parse(written.text);
  if (!parsed.ok) {
    const given = isSecret(declared) ? '' : ` (it is ${JSON.stringify(written.text.slice(0, 100))})`;
    return { ok: false, problem: { name: written.name, why: parsed.why + given, accepted } };
  }
  const value = settle(parsed.value);
  if (!declared.deprecated?.includes(written.name)) return { ok: true, value };
  return { ok: true, value, warning: `${written.name} is deprecated: write ${name} instead` };
}

/** Where `readSettings` gets what is not in the environment. */
export type ReadSettingsOptions<Schema extends Variables> = {
  rules?: readonly SettingRule<Schema>[];
  /** Absolute; the process's own when left out. */
  workingDirectory?: string;
};

/**
 * Reads every variable of a schema from an environment. Empty means unset, zero is a value, all problems are found at
 * once. Pure but for the default of the working directory.
 */
export function readSettings<Schema extends Variables>(
  variables: Schema,
  env: Environment,
  options: ReadSettingsOptions<Schema> = {},
): SettingsResult<Schema> {
  const context = contextOf(env, options.workingDirectory ?? process.cwd());
  const values: Record<string, unknown> = {};
  const problems: SettingProblem[] = [];
  const warnings: string[] = [];
  const unread = new Set<string>();
  for (const [name, declared] of Object.entries(variables)) {
    const reading = readOne(name, declared, { env, context });
    if (!reading.ok) {
      problems.push(reading.problem);
      unread.add(name);
      continue;
    }
    values[name] = reading.value;
    if (reading.warning !== undefined) warnings.push(reading.warning);
  }
  for (const rule of options.rules ?? []) {
    if (rule.names.some((name) => unread.has(name))) continue;
    const why = rule.problem(values as SettingValues<Schema>);
    if (why !== undefined) problems.push({ name: rule.names[0] ?? '', why, accepted: rule.accepted });
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, values: values as SettingValues<Schema>, warnings };
}

/** Exit status of a process whose settings cannot be used. */
export const SETTINGS_EXIT_CODE = 2;

/** Every problem as lines for a terminal. */
export function describeProblems(problems: readonly SettingProblem[]): string {
  const lines = problems.map(({ name, why, accepted }) => `  ${name} ${why}. Accepted: ${accepted}.`);
  const count = problems.length === 1 ? '1 setting' : `${problems.length} settings`;
  return `Cannot start: ${count} cannot be used.\n${lines.join('\n')}\nEvery variable is explained in docs/settings.md.\n`;
}

/** What `settingsOrExit` does to the world; replaced in tests. */
export type SettingsExit = { write: (text: string) => void; exit: (status: number) => never };

const processExit: SettingsExit = {
  write: (text) => void process.stderr.write(text),
  exit: (status) => process.exit(status),
};

/**
 * Reads the settings of a process or ends it: all problems on stderr, exit status 2. For main.ts only. Warnings about
 * deprecated names go to stderr too.
 */
export function settingsOrExit<Schema extends Variables>(
  variables: Schema,
  env: Environment,
  options: ReadSettingsOptions<Schema> & { process?: SettingsExit } = {},
): SettingValues<Schema> {
  const { write, exit } = options.process ?? processExit;
  const result = readSettings(variables, env, options);
  if (!result.ok) {
    write(describeProblems(result.problems));
    return exit(SETTINGS_EXIT_CODE);
  }
  for (const warning of result.warnings) write(`Warning: ${warning}.\n`);
  return result.values;
}
