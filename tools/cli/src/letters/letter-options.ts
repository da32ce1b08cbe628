import { GROUP_STATES, OPERATION_STATUSES } from '@nexus/contracts';
import { LANGUAGES } from './language.ts';

/**
 * How an option is written: `flag` --x or --no-x (also --x true|false), `text` any, `texts` any and repeatable,
 * `whole` a whole number of at least `least`, `share` a number from 0 to 1, `choice` one of `choices`.
 */
export type OptionRule = { readonly help: string; readonly value?: string } & (
  | { readonly kind: 'flag' | 'text' | 'texts' | 'share' }
  | { readonly kind: 'whole'; readonly least: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
);

const PARK_NAMES = ['dlq', 'hold', 'alarm'] as const;

/** Every option of the operators' commands, each once: a subcommand names those it takes. */
export const letterOptions = {
  'failure-code': { kind: 'texts', value: 'CODE', help: 'only letters with this failure code; may be repeated' },
  'task-type': { kind: 'texts', value: 'TYPE', help: 'only letters of this task type; may be repeated' },
  group: { kind: 'text', value: 'GROUP', help: 'only letters of this group (npx nexus dlq groups lists them)' },
  park: { kind: 'choice', choices: PARK_NAMES, value: 'PARK', help: 'dlq (default), hold or alarm' },
  state: {
    kind: 'choice',
    choices: GROUP_STATES,
    value: 'STATE',
    help: 'only groups that are open, resolved or ignored',
  },
  status: { kind: 'choice', choices: OPERATION_STATUSES, value: 'STATUS', help: 'only operations with this status' },
  limit: { kind: 'whole', least: 1, value: 'N', help: 'at most N' },
  cursor: { kind: 'text', value: 'CURSOR', help: 'go on where the page before ended' },
  sample: { kind: 'whole', least: 1, value: 'N', help: 'letters to look at one by one, where counting is not enough' },
  reveal: { kind: 'flag', help: 'messages unmasked; who did it goes into the audit log' },
  mode: {
    kind: 'choice',
    choices: ['manual', 'auto'],
    value: 'MODE',
    help: 'manual = every match, auto = only those triage wants there',
  },
  force: { kind: 'flag', help: 'also locked, often requeued and to-be-confirmed letters; lifts no alarm policy' },
  'dry-run': { kind: 'flag', help: 'change nothing and say what would happen' },
  'plan-hash': { kind: 'text', value: 'HASH', help: 'do exactly the plan of an earlier dry run (kept 15 minutes)' },
  reason: { kind: 'text', value: 'TEXT', help: 'why; kept in the audit log' },
  'send-alert': { kind: 'flag', help: 'alert about letters moved to alarm (default); --no-send-alert does not' },
  all: { kind: 'flag', help: 'every match, as an operation in the background that is followed to its end' },
  canary: {
    kind: 'whole',
    least: 1,
    value: 'N',
    help: 'send N letters first; the rest only if enough of them succeed',
  },
  'min-success': { kind: 'share', value: 'SHARE', help: 'how many of the canary must succeed (0.8)' },
  'canary-timeout': { kind: 'whole', least: 1, value: 'SECONDS', help: 'how long the canary may take (3600)' },
  'per-second': { kind: 'whole', least: 1, value: 'N', help: 'at most N letters a second' },
  follow: { kind: 'flag', help: 'stay until it has ended; --no-follow returns at once' },
  'max-requeue': { kind: 'whole', least: 0, value: 'N', help: 'at most N requeues (200); 0 = none' },
  'max-hold': { kind: 'whole', least: 0, value: 'N', help: 'at most N to hold (200); 0 = none' },
  'max-alarm': { kind: 'whole', least: 0, value: 'N', help: 'at most N to alarm (50); 0 = none' },
  policy: { kind: 'text', value: 'FILE', help: 'a triage policy, YAML or JSON' },
  yes: { kind: 'flag', help: 'do not ask' },
  letters: { kind: 'whole', least: 1, value: 'N', help: 'how many tasks fail' },
  keep: { kind: 'flag', help: 'leave it running afterwards' },
  json: { kind: 'flag', help: 'the supervisor’s answer as one JSON document' },
  lang: { kind: 'choice', choices: LANGUAGES, value: 'LANG', help: 'labels in en or ko (NEXUS_LANG, LANG)' },
  'base-url': { kind: 'text', value: 'URL', help: 'the supervisor (SUPERVISOR_URL, else NEXUS_HOST and NEXUS_PORT)' },
  'admin-key': {
    kind: 'text',
    value: 'KEY',
    help: 'better set ADMIN_API_KEY: other users of this machine see options in the list of processes',
  },
} as const satisfies Record<string, OptionRule>;

export type LetterOptionName = keyof typeof letterOptions;

/** Options every subcommand takes. */
export const GENERAL_OPTIONS = ['json', 'lang', 'base-url', 'admin-key'] as const satisfies LetterOptionName[];
/** The filters of letters. */
export const FILTER_OPTIONS = ['failure-code', 'task-type', 'group'] as const satisfies LetterOptionName[];

type ValueOf<Rule extends OptionRule> = Rule extends { kind: 'flag' }
  ? boolean
  : Rule extends { kind: 'texts' }
    ? string[]
    : Rule extends { kind: 'whole' | 'share' }
      ? number
      : Rule extends { kind: 'choice'; choices: infer Choices extends readonly string[] }
        ? Choices[number]
        : string;

/** What was given; an option that was not is absent, so that the supervisor's own default holds. */
export type LetterValues = { [Name in LetterOptionName]?: ValueOf<(typeof letterOptions)[Name]> };
