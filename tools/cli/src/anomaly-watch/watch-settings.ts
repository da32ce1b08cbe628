import { anomalyVariables } from '@nexus/finops-ledger';
import {
  boolean,
  describeProblems,
  integer,
  path,
  processVariables,
  readSettings,
  variable,
  type SettingValues,
} from '@nexus/runtime';
import { noticeVariables } from '@nexus/runtime/outbound';
import type { CommandContext } from '../command.ts';
import { failureWithCode } from '../failure-with-code.ts';

const group = 'Anomalies';

const variables = {
  ...anomalyVariables,
  ...noticeVariables,
  NODE_ENV: processVariables.NODE_ENV,
  OUTBOUND_ALLOW_PRIVATE: variable({ group, type: boolean, text: 'whether webhooks may go to private addresses' }),
  BREAKER_FAIL_THRESHOLD: variable({
    group,
    type: integer({ min: 1 }),
    default: 5,
    text: 'failures that open a circuit',
  }),
  BREAKER_WINDOW_SECONDS: variable({ group, type: integer({ min: 1 }), default: 300, text: 'in which they count' }),
  BREAKER_STATE_PATH: variable({
    group,
    type: path,
    default: 'logs/provider_breaker_state.json',
    text: 'circuits while Redis is away',
  }),
};

export type WatchSettings = SettingValues<typeof variables>;

/** The settings as the supervisor reads them. Throws SETTINGS_INVALID that names every variable that cannot be used. */
export function watchSettings({ environment, root }: CommandContext): WatchSettings {
  const read = readSettings(variables, environment, { workingDirectory: root });
  if (!read.ok) throw failureWithCode('SETTINGS_INVALID', describeProblems(read.problems).trimEnd());
  return read.values;
}

/** Contract 12.3: unless told, private addresses may be posted to everywhere but in production. */
export function outboundPolicy({ NODE_ENV, OUTBOUND_ALLOW_PRIVATE }: WatchSettings): {
  allowPrivate: boolean;
  allowLoopbackHttp: boolean;
} {
  const isProduction = NODE_ENV === 'production';
  return { allowPrivate: OUTBOUND_ALLOW_PRIVATE ?? !isProduction, allowLoopbackHttp: !isProduction };
}
