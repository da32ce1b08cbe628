import type { CellFinding } from './compare-cells.ts';
import { KEY_PREFIX, ledgerKeys } from './ledger-keys.ts';
import { reconciliationOf } from './reconcile.ts';
import type { Reconciliation } from './reconciliation.ts';
import { daysOfMonth, type Survey, survey, type SurveyOptions } from './survey.ts';

/** Cells of one script call. */
const BATCH = 200;
const KEEP_SECONDS = { day: 69_120_000, hour: 8_640_000 } as const;

/**
 * See Ledger.rebuild. What is missing is added, not written over: what others settle meanwhile only adds too. Rejects when
 * another rebuild did the same at once; then run it again.
 */
export async function rebuild(from: string, to: string, options: SurveyOptions): Promise<Reconciliation> {
  const found = await survey(from, to, options);
  assertWholeMonths(found, { from, to });
  let rebuilt = found.rebuilt[0] ?? '0';
  if (found.rebuilt.some((seen) => seen !== rebuilt)) throw otherRebuild();
  async function mend(script: 'mendCells' | 'mendCounters', keys: string[], ...values: (string | number | Buffer)[]) {
    const now = await options.run(script, keys, rebuilt, ...values);
    if (typeof now !== 'string') throw otherRebuild();
    rebuilt = now;
  }
  for (const [month, differences] of found.months) {
    const counters = found.counters.filter((finding) => finding.month === month);
    if (differences.length + counters.length === 0) continue;
    const lacking = counters.flatMap(({ day, scope, lacks }) => [day.slice(8), scope, lacks]);
    await mend('mendCounters', [KEY_PREFIX], month, ...lacking);
  }
  for (const batch of batchesByKey(found.cells)) {
    const [{ key, period }] = batch;
    const rows = batch.flatMap(({ number, broken, lacks }) => [number, broken ?? '', ...lacks]);
    await mend('mendCells', [key, ledgerKeys.rebuilt], KEEP_SECONDS[period], ...rows);
  }
  return reconciliationOf(found);
}

function otherRebuild(): Error {
  return new Error('Another rebuild changed the ledger at the same time: run it again.');
}

function batchesByKey(findings: readonly CellFinding[]): [CellFinding, ...CellFinding[]][] {
  const batches: [CellFinding, ...CellFinding[]][] = [];
  for (const finding of findings) {
    const last = batches.at(-1);
    if (last !== undefined && last[0].key === finding.key && last.length < BATCH) last.push(finding);
    else batches.push([finding]);
  }
  return batches;
}

/** A counter that cannot be read hides which of the month's days it was about. */
function assertWholeMonths({ months }: Survey, { from, to }: { from: string; to: string }): void {
  for (const [month, differences] of months) {
    const { first, last } = daysOfMonth(month);
    const hidden = differences.some(
      ({ what, name }) => what === 'unreadable' && name.startsWith(ledgerKeys.budget(month)),
    );
    if (!hidden || (from <= first && to >= last)) continue;
    throw new Error(`Counters of ${month} cannot be read: rebuild the whole month, from ${first} to ${last}.`);
  }
}
