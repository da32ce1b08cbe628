import { z } from 'zod';
import { queryInteger, queryList } from './query.ts';
import { instant } from './task.ts';

/** Whole nano-USD (10⁻⁹ USD) as a decimal text: no number of JSON holds them exactly. */
const nano = z.string().regex(/^-?\d+$/);
/** The same amount in USD as a decimal text without exponent. */
const usd = z.string().regex(/^-?\d+(\.\d{1,9})?$/);
const day = z.iso.date();

const name = { maxLength: 64 };
const windowQuery = {
  from: day.optional().describe('First calendar day, in FINOPS_TZ. Left out: the first of the month of `to`.'),
  to: day.optional().describe('Last calendar day, included. Left out: today.'),
};

export const spendSummaryQuery = z.object({
  ...windowQuery,
  compare: z
    .enum(['prev', 'yoy', 'none'], { error: 'must be prev, yoy or none' })
    .optional()
    .default('prev')
    .meta({ parameter: { enum: ['prev', 'yoy', 'none'], default: 'prev' } })
    .describe('What the window is compared with: the days before it, the same days a year ago, or nothing.'),
  team: queryList(name),
  project: queryList(name),
  provider: queryList(name),
  model: queryList({ maxLength: 128 }),
  purpose: queryList(name),
});

/** The data of the report; its sections are described in docs/finops.md. */
export const spendSummarySchema = z.looseObject({ schema_version: z.int().min(1) }).meta({ id: 'SpendSummary' });

/** `global`, or a kind and a name: `team:ops`, `project:ops/nexus`, `purpose:chat`, `key:user`. */
const scope = z
  .string()
  .max(160)
  .regex(/^(global|(team|purpose|key):.{1,64}|project:.{1,64}\/.{1,64})$/u, {
    error: 'must be global, team:<name>, project:<team>/<name>, purpose:<name> or key:<user|agent|admin>',
  });
const period = z.enum(['day', 'month'], { error: 'must be day or month' });

export const budgetSchema = z
  .object({
    period,
    scope,
    /** `setting`: LLM_BUDGET_DAILY_USD. `file`: LLM_BUDGETS_FILE. `api`: this API. */
    source: z.enum(['setting', 'file', 'api']),
    /** The calendar day or month it is about now. */
    key: z.string(),
    ends_at: instant,
    hard_nano: nano,
    hard_usd: usd,
    soft_nano: nano,
    soft_usd: usd,
    spent_nano: nano,
    spent_usd: usd,
    reserved_nano: nano,
    reserved_usd: usd,
    /** What may still be reserved; never negative. */
    left_nano: nano,
    left_usd: usd,
  })
  .meta({ id: 'Budget' });

export const budgetsSchema = z.object({ time_zone: z.string(), budgets: z.array(budgetSchema) });

export const putBudgetSchema = z.strictObject({
  period,
  scope,
  hard_usd: z
    .string()
    .regex(/^\d{1,7}(\.\d{1,9})?$/, { error: 'must be an amount in USD as a decimal text, such as "12.50"' })
    .refine((text) => Number(text) <= 9_000_000, { error: 'must be 9000000 or less' })
    .describe('Nothing is spent above it. "0" = nothing at all.'),
  soft_ratio: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .describe('The part of it from which on answers get shorter and cheaper.'),
});

export const deleteBudgetQuery = z.object({ period, scope });

export const ledgerQuery = z.object({
  ...windowQuery,
  limit: queryInteger(100, { min: 1, max: 1000 }),
  cursor: z.string().min(1).max(200).optional(),
});

/** One billed provider answer, as in the exported ledger; there it is chained as well. */
export const costRecordSchema = z
  .object({
    ts_utc: instant,
    ts: z.number(),
    provider: z.string(),
    model: z.string(),
    purpose: z.string(),
    team: z.string(),
    project: z.string(),
    fp: z.string(),
    estimated_cost_usd: usd,
    estimated_cost_nano: nano,
    actual_cost_usd: usd,
    actual_cost_nano: nano,
    tokens_in: z.int(),
    tokens_out: z.int(),
    approx_tokens: z.boolean(),
    latency_ms: z.number(),
    budget_reason: z.string(),
    key_id: z.string(),
    reservation_id: z.string(),
    task_id: z.string().nullable(),
  })
  .meta({ id: 'CostRecord' });

/** In the order in which they were written. */
export const ledgerPageSchema = z.object({
  items: z.array(costRecordSchema),
  next_cursor: z.string().nullable(),
});

export type SpendSummaryQuery = z.infer<typeof spendSummaryQuery>;
export type Budget = z.infer<typeof budgetSchema>;
export type PutBudget = z.infer<typeof putBudgetSchema>;
export type CostRecordBody = z.infer<typeof costRecordSchema>;
