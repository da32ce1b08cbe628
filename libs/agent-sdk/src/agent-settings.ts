import { parseSigningKeys } from '@nexus/contracts';
import {
  boolean,
  integer,
  path,
  port,
  processVariables,
  secretText,
  text,
  url,
  variable,
  type SettingRule,
} from '@nexus/runtime';
import { queueVariables } from '@nexus/task-queue';

/** Every variable an agent honours. Read in its main.ts, by runAgent. */
export const agentVariables = {
  ...processVariables,
  ...queueVariables,
  SUPERVISOR_URL: variable({
    group: 'Core',
    type: url(),
    default: 'http://127.0.0.1:8000',
    text: 'where the agent reaches the supervisor',
  }),
  NEXUS_API_KEY: variable({
    group: 'Core',
    type: secretText,
    default: 'dev-key',
    text: 'key for the supervisor while AGENT_API_KEY is not set',
  }),
  AGENT_API_KEY: variable({ group: 'Core', type: secretText, text: 'the agent key of the supervisor' }),
  NEXUS_WORKER_PORT: variable({
    group: 'Worker',
    type: port,
    default: 8011,
    text: 'port of the worker’s health and metrics; 0 = any free one',
  }),
  WORKER_CONCURRENCY: variable({
    group: 'Worker',
    type: integer({ min: 1, max: 1000 }),
    default: 2,
    text: 'tasks a worker does at the same time',
  }),
  WORKER_LOCK_SECONDS: variable({
    group: 'Worker',
    type: integer({ min: 1, max: 3600 }),
    default: 30,
    text: 'a worker silent for this long has lost its tasks to the others',
  }),
  WORKER_GRACE_SECONDS: variable({
    group: 'Worker',
    type: integer({ min: 0, max: 3600 }),
    default: 20,
    text: 'how long running tasks may go on after SIGTERM before they are handed back',
  }),
  WORKER_TEMP_DIR: variable({ group: 'Worker', type: path, default: 'tmp', text: 'folder for files of running tasks' }),
  CALLBACK_ENABLED: variable({
    group: 'Callbacks',
    type: boolean,
    default: true,
    text: 'report to the supervisor; tasks work without',
  }),
  CALLBACK_SIGNATURE_SECRET: variable({
    group: 'Callbacks',
    type: secretText,
    text: 'single signing secret; set = callbacks are signed',
  }),
  CALLBACK_SIGNATURE_SECRETS_JSON: variable({
    group: 'Callbacks',
    type: secretText,
    text: 'key list as JSON; the newest active key signs',
  }),
  CALLBACK_SIGNATURE_KEY_ID_HEADER: variable({
    group: 'Callbacks',
    type: text,
    default: 'x-key-id',
    text: 'header that names the signing key',
  }),
} as const;

/** Rules over several variables, checked at the start with everything else. */
export const agentRules: SettingRule<typeof agentVariables>[] = [
  {
    names: ['NEXUS_API_KEY', 'AGENT_API_KEY', 'NODE_ENV'],
    accepted: 'a key of your own in AGENT_API_KEY or NEXUS_API_KEY',
    problem: ({ NODE_ENV, AGENT_API_KEY, NEXUS_API_KEY }) =>
      NODE_ENV === 'production' && AGENT_API_KEY === undefined && NEXUS_API_KEY === 'dev-key'
        ? 'is the default, which production does not accept'
        : undefined,
  },
  {
    names: ['CALLBACK_SIGNATURE_SECRETS_JSON'],
    accepted: 'a JSON array of {id, secret, active?, rotated_at?, deactivate_at?}',
    problem: ({ CALLBACK_SIGNATURE_SECRETS_JSON }) => {
      if (CALLBACK_SIGNATURE_SECRETS_JSON === undefined) return undefined;
      const parsed = parseSigningKeys(CALLBACK_SIGNATURE_SECRETS_JSON);
      return parsed.ok ? undefined : `cannot be used: ${parsed.why}`;
    },
  },
];
