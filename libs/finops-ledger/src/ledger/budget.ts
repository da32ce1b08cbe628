export type Period = 'day' | 'month';

/** Money in nano-USD. Above `soft_nano` answers get cheaper, above `hard_nano` there are none. */
export type Cap = { hard_nano: bigint; soft_nano: bigint };

/** A cap as the budgets file declares it. */
export type DeclaredCap = Cap & { period: Period; scope: string };

export type CapChange = 'changed' | 'owned_by_file' | 'unknown';

/** One scope in one period. `hard_nano` and `soft_nano` are null where nothing caps it: `source` is null then. */
export type BudgetRow = {
  period: Period;
  scope: string;
  /** `setting`: the daily budget of everything. `file`: the budgets file. `api`: setCap. */
  source: 'setting' | 'file' | 'api' | null;
  /** The day `YYYY-MM-DD` or month `YYYY-MM` it is about. */
  key: string;
  /** First instant, and first instant after it, in ms since 1970. */
  starts_at: number;
  ends_at: number;
  hard_nano: bigint | null;
  soft_nano: bigint | null;
  spent_nano: bigint;
  reserved_nano: bigint;
};

/** Caps above it could not be compared exactly in Redis, whose scripts count in doubles. */
export const LARGEST_CAP_NANO = 9_000_000n * 1_000_000_000n;

/** Throws for a cap that cannot be kept. */
export function assertCap({ hard_nano, soft_nano }: Cap): void {
  if (hard_nano < 0n || soft_nano < 0n) throw new RangeError('A budget cannot be negative.');
  if (hard_nano > LARGEST_CAP_NANO) throw new RangeError('A budget is 9000000 USD at most: set a smaller one.');
  if (soft_nano > hard_nano) throw new RangeError('The soft part of a budget cannot be above the budget.');
}
