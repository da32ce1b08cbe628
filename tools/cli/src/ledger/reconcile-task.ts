import type { Difference, Reconciliation } from '@nexus/finops-ledger';
import { inertJson, inertText } from '../letters/inert-text.ts';
import { count } from '../letters/moment.ts';
import { table } from '../letters/table.ts';
import { type LedgerContext, tell } from './ledger-context.ts';

const SHOWN = 50;

/** `nexus ledger reconcile`. Exit status 1 when totals differ. */
export async function reconcileTask(context: LedgerContext): Promise<number> {
  const found = await withLedger(context, (ledger, from, to) => ledger.reconcile(from, to));
  present(found, { context, rebuilt: false });
  return found.differences.length === 0 ? 0 : 1;
}

/** `nexus ledger rebuild`. Without --yes as reconcile; with it exit status 0 when it was done. */
export async function rebuildTask(context: LedgerContext): Promise<number> {
  const { options, words } = context;
  if (options.yes) {
    const found = await withLedger(context, (ledger, from, to) => ledger.rebuild(from, to));
    present(found, { context, rebuilt: true });
    return 0;
  }
  const status = await reconcileTask(context);
  if (status !== 0) tell(context, words.dryRun);
  return status;
}

async function withLedger(
  context: LedgerContext,
  work: (ledger: ReturnType<LedgerContext['openLedger']>, from: string, to: string) => Promise<Reconciliation>,
): Promise<Reconciliation & { from: string; to: string }> {
  const { options, openLedger, place, now } = context;
  const { redis, close } = await context.connect();
  try {
    const to = options.to ?? place.calendar.dayOf(now());
    const from = options.from ?? `${to.slice(0, 7)}-01`;
    return { from, to, ...(await work(openLedger(redis, place.calendar.zone), from, to)) };
  } finally {
    await close();
  }
}

function present(
  found: Reconciliation & { from: string; to: string },
  { context, rebuilt }: { context: LedgerContext; rebuilt: boolean },
): void {
  const { console, options, words, place } = context;
  const { differences, lines, unchecked, from, to } = found;
  if (options.json) {
    const ok = rebuilt || differences.length === 0;
    return console.result(
      inertJson({ ok, from, to, zone: place.calendar.zone, rebuilt, lines, unchecked, differences }),
    );
  }
  const sentence = rebuilt
    ? words.rebuilt(count(differences.length))
    : differences.length === 0
      ? words.equal(count(lines))
      : words.different(count(differences.length));
  console.result(`${from} – ${to} (${place.calendar.zone}): ${sentence}\n`);
  if (unchecked.length > 0) console.result(`  ${words.unchecked(unchecked.join(', '))}\n`);
  if (differences.length > 0) console.result(differenceTable(differences.slice(0, SHOWN), context));
  if (differences.length > SHOWN) console.result(`  … +${count(differences.length - SHOWN)}\n`);
}

function differenceTable(differences: readonly Difference[], { console, words }: LedgerContext): string {
  const { what, at, name, expected, found } = words.columns;
  const columns = [
    { head: what },
    { head: at },
    { head: name, flexible: true },
    { head: expected, number: true },
    { head: found, number: true },
  ];
  const rows = differences.map((each) => [
    words.whats[each.what],
    inertText(each.at),
    inertText(each.name),
    inertText(each.expected),
    inertText(each.found),
  ]);
  return table(columns, rows, { width: console.width, paint: console.paint });
}
