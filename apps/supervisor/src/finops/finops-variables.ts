import { integer, path, variable, type SettingType } from '@nexus/runtime';
import { anomalyWatchVariables } from './anomaly/anomaly-watch-variables.ts';

const group = 'Spending';

const timeZone: SettingType<string> = {
  accepted: 'the IANA name of a time zone, such as Asia/Seoul',
  parse(written) {
    try {
      return { ok: true, value: new Intl.DateTimeFormat('en', { timeZone: written }).resolvedOptions().timeZone };
    } catch {
      return { ok: false, why: 'is not a time zone' };
    }
  },
};

/** What the ledger of model costs reads from the environment. */
export const finopsVariables = {
  FINOPS_TZ: variable({
    group,
    type: timeZone,
    default: 'UTC',
    text: 'time zone whose calendar days and months budgets and reports have; choose once: what was counted is not moved',
  }),
  LLM_BUDGETS_FILE: variable({
    group,
    type: path,
    text: 'YAML or JSON file with budgets of teams, projects, purposes and keys',
  }),
  ...anomalyWatchVariables,
  LEDGER_SEAL_EVERY_SECONDS: variable({
    group,
    type: integer({ min: 0, max: 86_400 }),
    default: 30,
    text: 'how often new records of costs and model calls are chained and written to files; 0 = never',
  }),
  LEDGER_HOT_DAYS: variable({
    group,
    type: integer({ min: 0, max: 3660 }),
    default: 0,
    text: 'days after which sealed and verified records leave Redis (some 130 bytes each); 0 = they stay',
  }),
};
