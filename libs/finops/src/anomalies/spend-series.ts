import type { HourCell } from '../spend/spend-cell.ts';

/** Seconds of an hour, the length of a bucket. */
export const HOUR_SECONDS = 3600;
/** Hours of history that the expectation of a bucket is made of: four weeks, and the hour before the oldest of them. */
export const HISTORY_HOURS = 4 * 168 + 1;

/**
 * What one scope spent in one hour. `hour` is its start in seconds since 1970. USD as a double: these are statistics, the
 * ledger keeps the money.
 */
export type SpendBucket = { hour: number; usd: number; calls: number };

/** What a scope is named after; `total` is everything. */
export const SCOPE_KINDS = ['total', 'provider', 'model', 'purpose', 'team', 'project'] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

/** The scopes one cell counts for. A model is named with its provider, a project with its team: `project:ops/rehearsal`. */
export function scopesOf({ provider, model, purpose, team, project }: HourCell): string[] {
  return [
    'total',
    `provider:${provider}`,
    `model:${provider}/${model}`,
    `purpose:${purpose}`,
    `team:${team}`,
    `project:${team}/${project}`,
  ];
}

/** The kind of a scope: of bounded number, so that it may be a label. */
export function kindOfScope(scope: string): ScopeKind {
  const kind = scope.split(':', 1)[0] ?? '';
  return SCOPE_KINDS.find((each) => each === kind) ?? 'total';
}

/** The cells of one hour as a bucket for each scope that spent in it. Cells of other hours are left out. */
export function bucketsOf(cells: readonly HourCell[], hour: number): Map<string, SpendBucket> {
  const buckets = new Map<string, SpendBucket>();
  for (const cell of cells) {
    if (cell.hour !== hour) continue;
    const usd = Number(cell.cost_nano) / 1e9;
    for (const scope of scopesOf(cell)) {
      const before = buckets.get(scope);
      if (before === undefined) buckets.set(scope, { hour, usd, calls: cell.calls });
      else buckets.set(scope, { hour, usd: before.usd + usd, calls: before.calls + cell.calls });
    }
  }
  return buckets;
}
