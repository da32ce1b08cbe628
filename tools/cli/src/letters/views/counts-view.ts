import type { ClientSuccess, Routes } from '@nexus/contracts';
import { shareBar } from '../bar.ts';
import { inertText } from '../inert-text.ts';
import { count } from '../moment.ts';
import { table } from '../table.ts';
import { heading, type ViewStyle } from './view-style.ts';

export type LetterStats = ClientSuccess<Routes['dlqStats']>['body'];
export type LetterTriage = ClientSuccess<Routes['dlqTriage']>['body'];

/** Letters by code and by type. */
export function statsView(stats: LetterStats, style: ViewStyle): string {
  const { words } = style;
  if (stats.total === 0) return `${words.noLetters('dlq')}\n`;
  const byCode = countTable(words.code, stats.by_failure_code, style);
  const byType = countTable(words.taskType, stats.by_task_type, style);
  return `${heading(words.statsTitle(count(stats.total)), style)}${byCode}\n${byType}`;
}

/** What triage would do with the letters, and with which codes. Changes nothing. */
export function triageView(triage: LetterTriage, style: ViewStyle): string {
  const { words } = style;
  if (triage.scanned === 0) return `${words.noLetters('dlq')}\n`;
  const named = Object.entries(triage.counts).map(
    ([action, value]) => [words.actions[action as keyof LetterTriage['counts']], value] as const,
  );
  const byAction = countTable(words.triage, Object.fromEntries(named), style);
  const byCode = countTable(words.code, triage.by_failure_code, style);
  const title = heading(words.triageTitle(count(triage.scanned), count(triage.total)), style);
  return `${title}${byAction}\n${byCode}`;
}

/** Counts with their shares of the sum of all of them. */
export function countTable(head: string, counts: Readonly<Record<string, number>>, style: ViewStyle): string {
  const { words } = style;
  const total = Object.values(counts).reduce((sum, value) => sum + value, 0);
  const columns = [{ head: words.letters, number: true }, { head: words.share }, { head }];
  const rows = Object.entries(counts).map(([name, value]) => [
    count(value),
    shareBar(value, total),
    inertText(name, 100),
  ]);
  return table(columns, rows, style);
}
