/** Letters of one cause are triaged alike, save for age and attempts. `group` is the hash of a fingerprint. */
export type Cause = { failure_code: string; task_type: string; group: string; requeues: number };

/** What may differ between letters of one cause: seconds since the failure, and attempts of the present cycle. */
export type LetterFacts = { age_seconds: number; attempts: number };

/** A dead letter as far as triage is concerned. Whatever is missing is unknown and meets no bound; see `causeOf`. */
export type TriageLetter = {
  failure_code?: string | null | undefined;
  task_type?: string | null | undefined;
  group?: string | null | undefined;
  requeues?: number | undefined;
  age_seconds?: number | undefined;
  attempts?: number | undefined;
};

/** The form in which failure codes are compared: trimmed, upper case; a missing or blank one is `UNKNOWN`. */
export function comparableCode(code: string | null | undefined): string {
  return shownCode(code).toUpperCase();
}

/** A failure code as people read it; `unknown` when there is none. */
export function shownCode(code: string | null | undefined): string {
  return code?.trim() || 'unknown';
}

/** The cause of a letter: a missing code or type is `unknown`, a missing group belongs to none, missing requeues are 0. */
export function causeOf(letter: TriageLetter): Cause {
  return {
    failure_code: shownCode(letter.failure_code),
    task_type: letter.task_type?.trim() || 'unknown',
    group: letter.group ?? '',
    requeues: letter.requeues ?? 0,
  };
}
