import type { Reconciliation } from './reconciliation.ts';
import { type Survey, survey, type SurveyOptions } from './survey.ts';

/** See Ledger.reconcile. */
export async function reconcile(from: string, to: string, options: SurveyOptions): Promise<Reconciliation> {
  return reconciliationOf(await survey(from, to, options));
}

/** What a survey found, for people. */
export function reconciliationOf({ cells, counters, months, lines, unchecked, lost }: Survey): Reconciliation {
  const differences = [
    ...cells.flatMap((finding) => finding.differences),
    ...counters.map(({ difference }) => difference),
    ...[...months.values()].flat(),
    ...lost,
  ];
  return { differences, lines, unchecked };
}
