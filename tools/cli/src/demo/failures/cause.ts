import type { FailureCode } from '@nexus/failure-taxonomy';

/** A cause that the demo lets tasks fail from: its code, its share in per cent, and what the failure says for task n. */
export interface Cause {
  readonly code: FailureCode;
  readonly share: number;
  /** Differs from task to task in numbers, ids and quoted values only: one group. */
  readonly message: (task: number) => string;
  /** What a second try of task n meets once the world is mended. */
  readonly failsAgain: (task: number) => boolean;
}

const FIELDS = ['members', 'sheet_id', 'group_name', 'phone'] as const;

/** The causes of the demo, most frequent first; the shares add up to 100. */
export const CAUSES: readonly Cause[] = [
  {
    code: 'PROVIDER_TIMEOUT',
    share: 45,
    message: (task) => `no answer from api.provider.example within ${20 + (task % 40)} s (request ${requestId(task)})`,
    // Back, but not for everybody: about one in twenty-five, spread over all of them.
    failsAgain: (task) => (task * 7 + Math.floor(task / 100)) % 25 === 3,
  },
  {
    code: 'PROVIDER_UPSTREAM_ERROR',
    share: 25,
    message: (task) =>
      `provider answered 503 after ${300 + ((task * 13) % 900)} ms: upstream "node-${task % 12}" is down`,
    failsAgain: () => true,
  },
  {
    code: 'SCHEMA_VALIDATION_ERROR',
    share: 15,
    message: (task) =>
      `answer breaks the schema: "${FIELDS[task % FIELDS.length]}" is missing in row ${1 + (task % 500)}`,
    failsAgain: () => true,
  },
  {
    code: 'INTERNAL_ERROR',
    share: 10,
    message: (task) => `cannot read column ${task % 30} of sheet ${1 + (task % 7)}`,
    failsAgain: () => true,
  },
  {
    code: 'PROVIDER_AUTH_ERROR',
    share: 5,
    message: (task) => `key refused by api.provider.example (request ${requestId(task)})`,
    failsAgain: () => true,
  },
];

/** The cause that task n fails from: mixed evenly, so that the oldest hundred have the shares of all. Pure. */
export function causeOf(task: number): Cause {
  let place = (task * 61) % 100;
  for (const cause of CAUSES) {
    if (place < cause.share) return cause;
    place -= cause.share;
  }
  throw new RangeError(`there is no cause for task ${task}: the shares do not add up to 100`);
}

/** How many of the first `tasks` tasks fail from each cause, by code. */
export function countsByCode(tasks: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let task = 0; task < tasks; task++) {
    const { code } = causeOf(task);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}

function requestId(task: number): string {
  return `req-${(task * 2_654_435_761 + 97).toString(16).padStart(12, '0')}`;
}
