import type { ReportModel } from '@nexus/finops';
import type { Language } from '../letters/language.ts';
import type { ReportFile } from './report-files.ts';

/** What a terminal is told: the headline, and where the files are. Nothing in it is untrusted. */
export function outcomeText(
  { window, totals, compared }: ReportModel,
  { files, language }: { files: readonly ReportFile[]; language: Language },
): string {
  const texts =
    language === 'ko'
      ? { cost: '총비용', rows: '행 수', empty: '이 기간에는 지출이 없습니다.', against: '비교 기간' }
      : { cost: 'Total cost', rows: 'Rows', empty: 'Nothing was spent in this window.', against: 'against' };
  const change = compared?.change ?? null;
  const percent = change === null ? '' : `${change > 0 ? '+' : ''}${(change * 100).toFixed(1)}%`;
  const against =
    change === null || compared === null ? '' : ` (${percent}, ${texts.against} ${compared.from} – ${compared.to})`;
  return [
    `FinOps Report ${window.from} – ${window.to} (${window.zone})`,
    totals.calls === 0
      ? `  ${texts.empty}`
      : `  ${texts.cost}: $${totals.cost_usd}${against}, ${texts.rows}: ${totals.calls}`,
    ...files.map(({ path }) => `  ${path}`),
    '',
  ].join('\n');
}
