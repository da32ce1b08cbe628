import type { Settlement } from './ledger.ts';

/** The largest estimate or cost in nano-USD, about a million USD: sums of thousands of them stay exact in doubles. */
const LARGEST_NANO = 2n ** 50n;
const LARGEST_COUNT = 2 ** 50;
const LONGEST_ID = 200;
const LONGEST_TEXT = 500;

/** Throws RangeError for what is no amount of money: negative, above 2⁵⁰, or (from callers without types) no bigint. */
export function assertNano(nano: bigint, name: string): void {
  if (typeof nano === 'bigint' && nano >= 0n && nano <= LARGEST_NANO) return;
  throw new RangeError(`${name} must be a whole number of nano-USD from 0 to 2^50.`);
}

/** Throws RangeError for an id that is empty or too long to be one. */
export function assertId(id: string): void {
  if (id === '' || id.length > LONGEST_ID) throw new RangeError(`A reservation id has 1 to ${LONGEST_ID} characters.`);
}

/** Throws RangeError for the first member that no line could hold. */
export function assertSettlement(settlement: Settlement): void {
  for (const name of ['estimate_nano', 'actual_nano', 'list_nano'] as const) assertNano(settlement[name], name);
  const { usage, budget_reason, task_id, fp } = settlement;
  for (const name of USAGE) assertCount(usage[name], name);
  for (const name of ['reserved_at', 'latency_ms'] as const) assertCount(settlement[name], name);
  if (budget_reason.length > LONGEST_TEXT || (task_id ?? '').length > LONGEST_TEXT || fp.length > LONGEST_TEXT) {
    throw new RangeError(`Texts of a settlement have ${LONGEST_TEXT} characters at most.`);
  }
}

const USAGE = ['input', 'cache_read', 'cache_write', 'output', 'reasoning'] as const;

function assertCount(count: number, name: string): void {
  if (Number.isInteger(count) && count >= 0 && count <= LARGEST_COUNT) return;
  throw new RangeError(`${name} must be a whole number from 0 to 2^50.`);
}
