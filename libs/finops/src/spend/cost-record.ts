import { nanoToUsd } from '../money/usd-text.ts';
import type { CostRecord, LedgerLine } from './ledger-line.ts';

/**
 * The record of a line: contract 10.1, and nothing else. `tokens_in` holds what was read from and written to a cache too,
 * `tokens_out` the reasoning. Equal lines give equal records.
 */
export function costRecord(line: LedgerLine): CostRecord {
  return {
    ts_utc: new Date(line.ts).toISOString(),
    ts: Math.floor(line.ts / 1000),
    provider: line.provider,
    model: line.model,
    purpose: line.purpose,
    team: line.team,
    project: line.project,
    fp: line.fp,
    estimated_cost_usd: nanoToUsd(line.estimated_nano),
    estimated_cost_nano: line.estimated_nano.toString(),
    actual_cost_usd: nanoToUsd(line.actual_nano),
    actual_cost_nano: line.actual_nano.toString(),
    tokens_in: line.input + line.cache_read + line.cache_write,
    tokens_out: line.output + line.reasoning,
    approx_tokens: line.approx,
    latency_ms: Math.round(line.latency_ms),
    budget_reason: line.budget_reason,
    key_id: line.key_id,
    reservation_id: line.reservation_id,
    task_id: line.task_id,
  };
}
