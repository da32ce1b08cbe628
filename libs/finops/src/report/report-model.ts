import type { SpendFilters } from './spend-filters.ts';

/** Rises when a member is renamed, removed or means something else; new members do not raise it. */
export const REPORT_SCHEMA_VERSION = 1;

/** What was spent. Amounts are exact decimal texts of USD; shares and ratios are numbers from 0 to 1. */
export type Measures = {
  calls: number;
  cost_usd: string;
  /** What the same tokens would have cost without caching. */
  list_usd: string;
  approx_calls: number;
  base_priced_calls: number;
  tokens: { input: number; cache_read: number; cache_write: number; output: number; reasoning: number; total: number };
  latency_ms: number;
  wasted_calls: number;
  wasted_usd: string;
  dedupe_hits: number;
  avoided_usd: string;
};

/** One provider, model, purpose, team or project. `name` is what the caller wrote: untrusted. */
export type BreakdownRow = Measures & {
  name: string;
  /** For a model: the providers that answered with it. Else empty. */
  providers: string[];
  /** Of the window's cost; null when nothing was spent. */
  share: number | null;
  /** Of its calls. */
  approx_share: number | null;
  /** Cost in the compared period; null when nothing is compared. */
  before_usd: string | null;
};

/** The dearest first. `rest` are those that are not listed, as one; listed and rest add up to the total. */
export type Breakdown = { rows: BreakdownRow[]; rest: (Measures & { names: number }) | null };

/**
 * How a cost changed: `volume` = other quantity of tokens at the old cost of a token, `price_mix` = the rest: dearer or
 * cheaper tokens. The two add up to the delta exactly.
 */
export type Movement = {
  before_usd: string;
  after_usd: string;
  delta_usd: string;
  volume_usd: string;
  price_mix_usd: string;
};

export type Mover = Movement & { name: string; status: 'new' | 'gone' | 'changed' };
/** The largest changes first. `rest` is the change of everybody else: all together are the change of the total. */
export type Movers = { rows: Mover[]; rest: (Movement & { names: number }) | null };

/** null where nothing was counted to divide by, or where the source does not tell. */
export type UnitCosts = {
  per_call_usd: string | null;
  /** Billed answers that somebody could use: calls without wasted ones. */
  per_accepted_usd: string | null;
  per_thousand_tokens_usd: string | null;
  /** Of the input tokens. */
  cache_hit_ratio: number | null;
  cache_savings_usd: string | null;
  latency_ms_per_call: number | null;
};

export type BudgetRow = {
  scope: string;
  period: 'day' | 'month';
  starts_at: string;
  ends_at: string;
  cap_usd: string;
  soft_usd: string | null;
  spent_usd: string;
  held_usd: string;
  /** Spent and held, of the cap; null for a cap of 0. */
  used: number | null;
  state: 'ok' | 'soft' | 'hard';
  /** At the pace since the period began: days from `as_of` until the cap is reached; null when it lasts to the end. */
  days_to_exhaustion: number | null;
};

export type ForecastMethod = {
  name: 'same_weekday' | 'run_rate';
  month_end_usd: string;
  /** Mean absolute error of the back-test, of the actual amount; null when there was nothing to test with. */
  mape: number | null;
};

/** Cost of the month up to and with that day; `actual_usd` for complete days, the others for days to come. */
export type ForecastDay = {
  day: string;
  actual_usd: string | null;
  expected_usd: string | null;
  p10_usd: string | null;
  p90_usd: string | null;
};

/** The cost of the month of `as_of` at its end. */
export type Forecast = {
  month: string;
  /** `month_complete` and `too_little_history` come without a forecast, `no_band` without P10 and P90. */
  state: 'forecast' | 'no_band' | 'month_complete' | 'too_little_history';
  /** Complete days that were learnt from, and the fewest that are needed for a forecast and for its band. */
  history_days: number;
  needed_days: { forecast: number; band: number };
  days_left: number;
  spent_usd: string;
  chosen: ForecastMethod['name'] | null;
  methods: ForecastMethod[];
  month_end_usd: string | null;
  p10_usd: string | null;
  p90_usd: string | null;
  backtest: { origins: number; horizon_days: number } | null;
  days: ForecastDay[];
  /** The monthly cap of everybody, if there is one. */
  cap_usd: string | null;
};

/** One row for each team, project and month. */
export type ChargebackRow = Measures & { month: string; team: string; project: string; share: number | null };

export type ReportQuality = {
  source: 'ledger' | 'file';
  rows: number;
  approx_calls: number;
  approx_share: number | null;
  base_priced_calls: number;
  base_priced_models: { provider: string; model: string; calls: number; cost_usd: string }[];
  expired: number | null;
  late: number | null;
  voided: number | null;
  refused: number | null;
  unsealed: number | null;
  reconciled: { differences: number } | null;
  price_books: string[];
  skipped_lines: number;
};

export type ReportDay = {
  day: string;
  /** false: the day had not ended at `as_of`. */
  complete: boolean;
  calls: number;
  cost_usd: string;
  approx_calls: number;
  wasted_usd: string;
  providers: { name: string; cost_usd: string }[];
  /** Cost of the day at the same place of the compared period. */
  before_usd: string | null;
};

/** A spend report as plain JSON. Equal input gives an equal document. Names in it are untrusted text. */
export type ReportModel = {
  schema_version: typeof REPORT_SCHEMA_VERSION;
  window: { from: string; to: string; zone: string; days: number };
  /** ISO 8601, UTC. */
  as_of: string;
  /** Only what these names spent; empty = everything. */
  filters: SpendFilters;
  totals: Measures;
  compared:
    | ({ how: 'prev' | 'yoy'; from: string; to: string; days: number; totals: Measures; change: number | null } & {
        movement: Movement;
      })
    | null;
  run_rate: { complete_days: number; per_day_usd: string; per_month_usd: string } | null;
  budgets: BudgetRow[];
  days: ReportDay[];
  providers: Breakdown;
  models: Breakdown;
  purposes: Breakdown;
  teams: Breakdown;
  projects: Breakdown;
  movers: { projects: Movers; models: Movers } | null;
  unit_costs: { now: UnitCosts; before: UnitCosts | null };
  forecast: Forecast;
  anomalies:
    | {
        id: string;
        started_at: string;
        ended_at: string | null;
        scope: string;
        kind: string;
        actual_usd: string;
        expected_usd: string | null;
      }[]
    | null;
  chargeback: ChargebackRow[];
  quality: ReportQuality;
};
