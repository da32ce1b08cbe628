import type { ClientSuccess, Routes } from '@nexus/contracts';
import { shareBar } from '../bar.ts';
import { count } from '../moment.ts';
import { table } from '../table.ts';
import { passedOver } from './moved-view.ts';
import { heading, type ViewStyle } from './view-style.ts';

export type ApplyAnswer = ClientSuccess<Routes['dlqApply']>['body'];

/** What triage did with the letters looked at, or what a plan would do; every letter looked at is in one of the lines. */
export function applyView(answer: ApplyAnswer, style: ViewStyle): string {
  const { words } = style;
  const title = answer.dry_run ? words.planTitle : words.appliedTitle;
  const columns = [
    { head: words.letters, number: true },
    { head: words.share },
    { head: words.triage },
    { head: words.meaning, dispensable: 1 },
  ];
  const rows = (['requeue', 'hold', 'alarm', 'ignore'] as const).map((action) => [
    count(answer.acted[action]),
    shareBar(answer.acted[action], answer.scanned),
    words.actions[action],
    words.actionMeans[action],
  ]);
  const stayed = passedOver(answer, style).map((line) => `${line}\n`);
  const alerted =
    answer.dry_run || !answer.send_alert || answer.acted.alarm === 0
      ? ''
      : `  ${words.alerted(count(answer.alerted))}\n`;
  return `${heading(title(count(answer.scanned), count(answer.total)), style)}${table(columns, rows, style)}${stayed.join('')}${alerted}`;
}
