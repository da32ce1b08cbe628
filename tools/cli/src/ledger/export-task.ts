import { resolve } from 'node:path';
import { nanoToUsd } from '@nexus/finops';
import { exportRecords } from '@nexus/finops-ledger';
import { inertJson } from '../letters/inert-text.ts';
import { count } from '../letters/moment.ts';
import { type LedgerContext, tell } from './ledger-context.ts';
import { ledgerProgress } from './ledger-progress.ts';
import { sealChain, sealText } from './seal-task.ts';

/** `nexus ledger export`: seals what is new, then writes the window. Exit status 0, also for an empty window. */
export async function exportTask(context: LedgerContext): Promise<number> {
  const { command, console, options, place, words } = context;
  const { kind = 'ledger', from, to } = options;
  const out = options.out === undefined ? place.standardExport(kind) : resolve(command.workingDirectory, options.out);
  const progress = ledgerProgress(console, words.kinds[kind]);
  const { redis, close } = await context.connect();
  try {
    const sealed = options.seal ? await sealChain(redis, kind, context) : undefined;
    if (sealed !== undefined && (sealed.outcome === 'busy' || sealed.lost > 0))
      tell(context, sealText(sealed, context));
    const report = await exportRecords({
      redis,
      kind,
      directory: place.segmentsOf(kind),
      out,
      from: from === undefined ? undefined : place.calendar.startOf(from),
      until: to === undefined ? undefined : place.calendar.endOf(to),
      ...(options.json ? {} : { onProgress: progress.show }),
    });
    progress.end();
    const usd = nanoToUsd(report.sum_nano);
    if (options.json) {
      const window = { from: from ?? null, to: to ?? null, zone: place.calendar.zone };
      const nano = report.sum_nano.toString();
      const sum = { total_cost_nano: nano, total_cost_usd: usd };
      const { records, left_out, gaps, last_hash } = report;
      console.result(
        inertJson({ kind, out, window, records, left_out, gaps, last_hash, ...sum, sealed: sealed ?? null }),
      );
      return 0;
    }
    const cost = kind === 'ledger' ? `, ${words.cost(usd)}` : '';
    console.result(`${out}\n  ${words.records(count(report.records))}${cost}\n  ${words.sidecar(report.last_hash)}\n`);
    if (report.left_out > 0) console.result(`  ${words.leftOut(count(report.left_out))}\n`);
    return 0;
  } finally {
    await close();
  }
}
