import { KEY_ID_HEADER, parseSigningKeys, type SigningKey } from '@nexus/contracts';
import {
  boolean,
  csvIntegers,
  integer,
  oneOf,
  path,
  port,
  processVariables,
  secretText,
  variable,
  type SettingRule,
  type SettingType,
  type SettingValues,
} from '@nexus/runtime';
import { queueVariables } from '@nexus/task-queue';
import { alertRules, alertVariables } from './alerts/alert-variables.ts';
import { finopsVariables } from './finops/finops-variables.ts';
import { budgetRules } from './finops/load-budgets.ts';
import { llmVariables } from './llm/llm-variables.ts';
import { policyRules } from './triage/load-policy.ts';
import { triageVariables } from './triage/triage-variables.ts';

/** The published keys: good from this machine, refused in production. */
export const DEFAULT_API_KEY = 'dev-key';
export const DEFAULT_ADMIN_KEY = 'admin-key';

const seconds = (most = 10 * 365 * 86_400) => integer({ min: 0, max: most });

const headerName: SettingType<string> = {
  accepted: 'the name of an HTTP header',
  parse: (written) =>
    /^[A-Za-z0-9-]+$/.test(written)
      ? { ok: true, value: written.toLowerCase() }
      : { ok: false, why: 'is not a header name' },
};

const signingKeys: SettingType<readonly SigningKey[]> = {
  accepted: 'a JSON array of {id, secret, active?, rotated_at?, deactivate_at?} with at least one key',
  secret: true,
  parse(written) {
    const result = parseSigningKeys(written);
    return result.ok ? { ok: true, value: result.keys } : { ok: false, why: `cannot be used: ${result.why}` };
  },
};

/** Every variable the supervisor reads. */
export const settingsVariables = {
  ...processVariables,
  ...queueVariables,
  NEXUS_API_KEY: variable({
    group: 'Core',
    type: secretText,
    default: DEFAULT_API_KEY,
    text: 'user key; the default is accepted from this machine only',
  }),
  ADMIN_API_KEY: variable({
    group: 'Core',
    type: secretText,
    default: DEFAULT_ADMIN_KEY,
    text: 'admin key; the default is accepted from this machine only',
  }),
  AGENT_API_KEY: variable({
    group: 'Core',
    type: secretText,
    default: '',
    text: 'key of the agents; while unset the user key reports for them',
  }),
  NEXUS_PORT: variable({ group: 'Core', type: port, default: 8000, aliases: ['PORT'], text: 'port of the HTTP API' }),
  TASK_TTL_SECONDS: variable({
    group: 'Core',
    type: seconds(),
    default: 604_800,
    text: 'how long a finished task and an idempotency key are kept',
  }),
  MAX_RETRIES: variable({
    group: 'Queue',
    type: integer({ min: 0, max: 100 }),
    default: 3,
    text: 'retries before a task becomes a dead letter; 0 = none',
  }),
  RETRY_DELAYS_SECONDS: variable({
    group: 'Queue',
    type: csvIntegers({ min: 0 }),
    default: [5, 30, 300],
    text: 'seconds before each retry; the last one repeats',
  }),
  RETRY_JITTER_ENABLED: variable({ group: 'Queue', type: boolean, default: false, text: 'spread retries by ±10 %' }),
  ...triageVariables,
  ...alertVariables,
  ...llmVariables,
  ...finopsVariables,
  CALLBACK_SIGNATURE_SECRET: variable({
    group: 'Callbacks',
    type: secretText,
    text: 'secret that agents sign their callbacks with; set = unsigned callbacks are refused',
  }),
  CALLBACK_SIGNATURE_SECRETS_JSON: variable({
    group: 'Callbacks',
    type: signingKeys,
    text: 'list of signing keys; wins over the single secret',
  }),
  CALLBACK_SIGNATURE_SECRETS_PATH: variable({
    group: 'Callbacks',
    type: path,
    text: 'file with the list of signing keys; read again when it changes',
  }),
  CALLBACK_SECRET_ROTATION_SOURCE: variable({
    group: 'Callbacks',
    type: oneOf(['env', 'file']),
    default: 'env',
    text: 'where the list of signing keys is: in CALLBACK_SIGNATURE_SECRETS_JSON or in the file',
  }),
  CALLBACK_SIGNATURE_KEY_ID_HEADER: variable({
    group: 'Callbacks',
    type: headerName,
    default: KEY_ID_HEADER,
    text: 'header that names the signing key',
  }),
  CALLBACK_REPLAY_PROTECTION_ENABLED: variable({
    group: 'Callbacks',
    type: boolean,
    default: true,
    text: 'check timestamp and nonce of signed callbacks',
  }),
  CALLBACK_MAX_SKEW_SECONDS: variable({
    group: 'Callbacks',
    type: seconds(86_400),
    default: 300,
    text: 'how far the timestamp of a callback may be from now',
  }),
  CALLBACK_NONCE_TTL_SECONDS: variable({
    group: 'Callbacks',
    type: seconds(604_800),
    default: 900,
    text: 'how long a nonce is remembered; never shorter than twice the allowed skew',
  }),
  CALLBACK_SIGNATURE_ALLOW_LEGACY_BODY_ONLY: variable({
    group: 'Callbacks',
    type: boolean,
    default: false,
    text: 'also accept signatures over the body alone; these can be replayed',
  }),
  FILE_MAX_BYTES: variable({
    group: 'Files',
    type: integer({ min: 0 }),
    default: 256 * 1024 * 1024,
    text: 'largest file that may be uploaded, in bytes',
  }),
  FILE_TTL_SECONDS: variable({
    group: 'Files',
    type: seconds(),
    default: 604_800,
    text: 'how long a file is kept after its last upload',
  }),
  EVENT_STREAMS_MAX: variable({
    group: 'Limits',
    type: integer({ min: 0, max: 100_000 }),
    default: 500,
    text: 'event streams this process serves at the same time; 0 = none',
  }),
  SHUTDOWN_DRAIN_SECONDS: variable({
    group: 'Limits',
    type: seconds(600),
    default: 0,
    text: 'how long readiness answers 503 before a stopping supervisor stops accepting, for load balancers',
  }),
  SHUTDOWN_GRACE_SECONDS: variable({
    group: 'Limits',
    type: seconds(600),
    default: 20,
    text: 'how long running requests may take to finish when the supervisor stops',
  }),
};

export type Settings = SettingValues<typeof settingsVariables>;

/** What several variables must be together. */
export const settingsRules: SettingRule<typeof settingsVariables>[] = [
  {
    names: ['NEXUS_API_KEY', 'NODE_ENV'],
    accepted: 'a key of your own, at least while NODE_ENV is production',
    problem: ({ NEXUS_API_KEY, NODE_ENV }) => defaultKeyProblem(NEXUS_API_KEY, NODE_ENV),
  },
  {
    names: ['ADMIN_API_KEY', 'NODE_ENV'],
    accepted: 'a key of your own, at least while NODE_ENV is production',
    problem: ({ ADMIN_API_KEY, NODE_ENV }) => defaultKeyProblem(ADMIN_API_KEY, NODE_ENV),
  },
  {
    names: ['CALLBACK_SIGNATURE_SECRETS_PATH', 'CALLBACK_SECRET_ROTATION_SOURCE'],
    accepted: 'the path of the key list',
    problem: (values) =>
      values.CALLBACK_SECRET_ROTATION_SOURCE === 'file' && values.CALLBACK_SIGNATURE_SECRETS_PATH === undefined
        ? 'is not set although CALLBACK_SECRET_ROTATION_SOURCE is file'
        : undefined,
  },
  ...alertRules,
  ...policyRules,
  ...budgetRules,
];

function defaultKeyProblem(key: string, environment: string): string | undefined {
  const isDefault = [DEFAULT_API_KEY, DEFAULT_ADMIN_KEY, ''].includes(key);
  return environment === 'production' && isDefault ? 'is a default key, which production does not accept' : undefined;
}
