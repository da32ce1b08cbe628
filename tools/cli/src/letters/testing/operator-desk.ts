import type { Park } from '@nexus/contracts';
import { type OperatorConsole } from '../operator-console.ts';
import { runLetters } from '../run-letters.ts';
import type { FakeSupervisor } from './fake-supervisor.ts';
import { NOW } from './letter-documents.ts';

/** What a command did to its surroundings. */
export interface DeskReport {
  readonly status: number;
  readonly result: string;
  readonly notes: string;
}

/** How the desk stands: who answers questions, whether it is a terminal, and which variables are set. */
export interface DeskOptions {
  readonly answers?: boolean;
  readonly width?: number;
  readonly redraws?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly signal?: AbortSignal;
}

/** A console that remembers, as processConsole would write it elsewhere than on a terminal. */
export function memoryConsole({ answers, width, redraws = false }: DeskOptions = {}): OperatorConsole & {
  readonly written: { result: string; notes: string; questions: string[] };
} {
  const written = { result: '', notes: '', questions: [] as string[] };
  return {
    written,
    result: (text) => void (written.result += text),
    note: (text) => void (written.notes += text),
    paint: (_style, text) => text,
    width,
    redraws,
    confirm:
      answers === undefined
        ? undefined
        : (question) => {
            written.questions.push(question);
            return Promise.resolve(answers);
          },
  };
}

/** Types `npx nexus <park> <line>` against a fake supervisor; time stands still and nothing waits. */
export async function type(
  supervisor: Pick<FakeSupervisor, 'baseUrl'>,
  [park, ...words]: readonly [Park, ...string[]],
  options: DeskOptions = {},
): Promise<DeskReport & { readonly questions: readonly string[] }> {
  const console = memoryConsole(options);
  const environment = { SUPERVISOR_URL: supervisor.baseUrl, ADMIN_API_KEY: 'key-of-the-desk', ...options.environment };
  const status = await runLetters(park, words, {
    root: '/',
    workingDirectory: options.workingDirectory ?? '/',
    environment,
    surroundings: {
      console,
      now: () => NOW,
      wait: () => Promise.resolve(),
      untilToldToStop: () => options.signal ?? new AbortController().signal,
    },
  });
  const { result, notes, questions } = console.written;
  return { status, result, notes, questions };
}
