import { createCalendar, foldCostRecords } from '@nexus/finops';
import { readRecordFile } from '@nexus/finops-ledger';
import { failureWithCode } from '../failure-with-code.ts';
import { isWanted, type SpendSource } from './spend-source.ts';

const SHOWN_PROBLEMS = 5;

/**
 * Spending from a JSONL file of cost records (an export of the ledger, or another program's), in bounded memory. Corrupt
 * lines are counted and left out with `skipCorrupt`. Rejects with LEDGER_UNREADABLE, or with LEDGER_CORRUPT and the numbers
 * of the first lines that are no records.
 */
export function costRecordFile(path: string, { skipCorrupt }: { readonly skipCorrupt: boolean }): SpendSource {
  return async ({ ranges, zone }) => {
    const fold = foldCostRecords(createCalendar(zone), (day) => isWanted(day, ranges));
    const problems: string[] = [];
    let corrupt = 0;
    const reading = readRecordFile(path, (line) => {
      if (line.ok) return fold.add(line.record);
      corrupt += 1;
      if (problems.length < SHOWN_PROBLEMS) problems.push(`line ${line.line}: ${line.why}`);
    });
    await reading.catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (corrupt > 0 && !skipCorrupt) throw corruptFile(path, { corrupt, problems });
    const untold = { expired: null, late: null, voided: null, refused: null, unsealed: null, reconciled: null };
    return {
      cells: fold.cells(),
      budgets: [],
      quality: { source: 'file', ...untold, price_books: [], skipped_lines: corrupt },
    };
  };
}

function unreadable(path: string, error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error);
  return failureWithCode(
    'LEDGER_UNREADABLE',
    `The ledger ${path} cannot be read (${why}). Name another with --ledger.`,
  );
}

function corruptFile(path: string, { corrupt, problems }: { corrupt: number; problems: readonly string[] }): Error {
  const more = corrupt > problems.length ? `\n  and ${corrupt - problems.length} more` : '';
  const list = problems.map((problem) => `\n  ${problem}`).join('');
  const advice = 'Repair it, or leave these lines out with --skip-corrupt; the report then counts them.';
  const what = corrupt === 1 ? '1 line that is no cost record' : `${corrupt} lines that are no cost records`;
  return failureWithCode('LEDGER_CORRUPT', `${path} has ${what}:${list}${more}\n${advice}`);
}
