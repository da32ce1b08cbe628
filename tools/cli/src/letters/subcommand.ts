import type { Client, ClientFailure, Park } from '@nexus/contracts';
import type { LetterOptionName, LetterValues } from './letter-options.ts';
import type { OperatorConsole } from './operator-console.ts';
import type { Words } from './words.ts';

/** What an operators' command works with besides its options. */
export interface LetterContext {
  readonly client: Client;
  readonly baseUrl: string;
  readonly console: OperatorConsole;
  readonly words: Words;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Between two looks at an operation. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Aborts on Ctrl-C: following ends, the operation goes on. Asked for only by what follows. */
  readonly untilToldToStop: () => AbortSignal;
  /** Base of relative paths in options. Absolute. */
  readonly workingDirectory: string;
  /** Hears every answer that is shown: for a program that runs commands and goes on with what they found. */
  readonly onAnswer?: (answer: unknown) => void;
}

/** A call of a subcommand: on which park, with which options and which positional word (empty when it takes none). */
export interface SubcommandCall {
  readonly park: Park;
  readonly values: LetterValues;
  readonly positional: string;
}

/** One thing that operators do with letters. `run` resolves to the exit status; what it throws is status 2. */
export interface Subcommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** Name of the one word it takes besides options. */
  readonly positional?: string;
  readonly options: readonly LetterOptionName[];
  /** A paragraph for its help. */
  readonly notes?: string;
  /** Words after `npx nexus <park>`, each with what it does. */
  readonly examples: readonly (readonly [words: string, what: string])[];
  readonly run: (call: SubcommandCall, context: LetterContext) => Promise<number>;
}

/** An answer that was not a success; it is printed with advice, and the exit status is 2. */
export class SupervisorRefusal extends Error {
  readonly failure: ClientFailure;

  constructor(failure: ClientFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The body of a success; throws SupervisorRefusal for anything else. */
export function bodyOf<Success extends { ok: true; body: unknown }>(result: Success | ClientFailure): Success['body'] {
  if (result.ok) return result.body;
  throw new SupervisorRefusal(result);
}

/** Only what was given: an absent member leaves the default to the supervisor. */
export function given<Members extends Record<string, unknown>>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [Name in keyof Members]?: Exclude<Members[Name], undefined> };
}

/** The filters of a call as query parameters. */
export function filterOf({ values }: SubcommandCall): {
  failure_code?: string[];
  task_type?: string[];
  group?: string;
} {
  return given({
    failure_code: values['failure-code'],
    task_type: values['task-type'],
    group: values.group,
  });
}
