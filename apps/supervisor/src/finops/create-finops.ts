import { createCalendar, type Calendar } from '@nexus/finops';
import {
  chainDirectory,
  createAuditSource,
  createLedger,
  createLedgerSource,
  createSealer,
  type ChainKind,
  type DeclaredCap,
  type Ledger,
  type Sealer,
} from '@nexus/finops-ledger';
import type { Clock, Logger, SettingValues } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import type { Alerts } from '../alerts/alerts.ts';
import type { LlmSettings } from '../llm/llm-variables.ts';
import { createAnomalyWatch, type AnomalyWatch } from './anomaly/create-anomaly-watch.ts';
import { countSettlement, type FinopsMetrics } from './finops-metrics.ts';
import type { finopsVariables } from './finops-variables.ts';
import { createModelLedger, type ModelLedger } from './model-ledger.ts';

/** What the ledger of model costs needs to know. */
export type FinopsSettings = SettingValues<typeof finopsVariables> &
  Pick<
    LlmSettings,
    | 'LLM_BUDGET_DAILY_USD'
    | 'LLM_BUDGET_SOFT_PCT'
    | 'LLM_BUDGET_HARD_PCT'
    | 'LLM_AUDIT_ENABLED'
    | 'BREAKER_FAIL_THRESHOLD'
    | 'BREAKER_WINDOW_SECONDS'
  > & {
    NEXUS_DATA_DIR: string;
  };

/** The ledger of model costs as the supervisor sees it. */
export type Finops = {
  ledger: Ledger;
  /** For the router. */
  models: ModelLedger;
  calendar: Calendar;
  sealers: readonly { kind: ChainKind; sealer: Sealer }[];
  sealEverySeconds: number;
  anomalies: AnomalyWatch;
  watchEverySeconds: number;
  /** Makes the budgets of the file known to all processes. Rejects while the store is away. */
  applyBudgets: () => Promise<void>;
  /** Stores what was spent and is not stored yet. Before the connection is closed. */
  close: () => Promise<void>;
};

export type CreateFinopsOptions = {
  /** The connection the guards of model calls use: what is sent on it arrives in order. */
  redis: Redis;
  settings: FinopsSettings;
  /** Of LLM_BUDGETS_FILE; budgets of an earlier one that are not among them end. */
  budgets: readonly DeclaredCap[];
  metrics: FinopsMetrics;
  alerts: Pick<Alerts, 'append'>;
  logger: Logger;
  now: Clock;
  newId: () => string;
};

export function createFinops(options: CreateFinopsOptions): Finops {
  const { redis, settings, budgets, metrics, logger, now } = options;
  const calendar = createCalendar(settings.FINOPS_TZ);
  const dayOf = (instant: number) => calendar.dayOf(instant);
  const ledger = createLedger(redis, {
    zone: settings.FINOPS_TZ,
    dailyNano: settings.LLM_BUDGET_DAILY_USD,
    softFraction: settings.LLM_BUDGET_SOFT_PCT,
    hardFraction: settings.LLM_BUDGET_HARD_PCT,
    now,
  });
  const models = createModelLedger({
    ledger,
    onSettled: (settlement) => countSettlement(metrics, settlement),
    onLost: () => metrics.finopsLost.increment({}),
    logger,
    later: (run, milliseconds) => void setTimeout(run, milliseconds).unref(),
  });
  const sources = {
    ledger: createLedgerSource(redis, ledger),
    ...(settings.LLM_AUDIT_ENABLED ? { audit: createAuditSource(redis) } : {}),
  };
  const hotDays = settings.LEDGER_HOT_DAYS === 0 ? undefined : settings.LEDGER_HOT_DAYS;
  const sealers = Object.entries(sources).map(([name, source]) => {
    const kind = name as ChainKind;
    const directory = chainDirectory(settings.NEXUS_DATA_DIR, kind);
    return { kind, sealer: createSealer({ redis, kind, source, directory, dayOf, now, logger, hotDays }) };
  });
  return {
    ledger,
    models,
    calendar,
    sealers,
    sealEverySeconds: settings.LEDGER_SEAL_EVERY_SECONDS,
    anomalies: createAnomalyWatch({ ...options, ledger }),
    watchEverySeconds: settings.ANOMALY_WATCH_EVERY_SECONDS,
    applyBudgets: () => ledger.applyCapsFile(budgets),
    close: () => models.close(),
  };
}
