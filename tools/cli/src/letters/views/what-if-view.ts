import type { ClientSuccess, Routes } from '@nexus/contracts';
import { inertText } from '../inert-text.ts';
import { count } from '../moment.ts';
import { table } from '../table.ts';
import { heading, type ViewStyle } from './view-style.ts';

export type WhatIfAnswer = ClientSuccess<Routes['dlqWhatIf']>['body'];
type Decisions = WhatIfAnswer['changes'][number]['before'];

/** What the policy in force and the one proposed make of the letters, and where they differ. */
export function whatIfView(answer: WhatIfAnswer, style: ViewStyle): string {
  const { words, paint } = style;
  const actions = (['requeue', 'hold', 'alarm', 'ignore'] as const).map((action) => [
    words.actions[action],
    count(answer.before[action]),
    count(answer.after[action]),
    signed(answer.after[action] - answer.before[action]),
  ]);
  const columns = [
    { head: words.triage },
    { head: words.now, number: true },
    { head: words.proposed, number: true },
    { head: words.difference, number: true },
  ];
  const title = heading(words.whatIfTitle(count(answer.scanned), count(answer.total)), style);
  const totals = `${title}${table(columns, actions, style)}`;
  if (answer.changes.length === 0) return `${totals}\n ${words.noChanges}\n`;
  const changed = answer.changes.map((change) => [
    count(change.count),
    inertText(change.failure_code, 40),
    inertText(change.task_type, 40),
    count(change.requeues),
    decisionsOf(change.before, style),
    paint('bold', decisionsOf(change.after, style)),
    inertText(change.after[0]?.reason ?? '', 120),
  ]);
  const changeColumns = [
    { head: words.letters, number: true },
    { head: words.code },
    { head: words.taskType, dispensable: 1 },
    { head: words.requeues, number: true, dispensable: 2 },
    { head: words.now },
    { head: words.proposed },
    { head: words.because, flexible: true },
  ];
  return `${totals}\n${table(changeColumns, changed, style)}`;
}

/** Several decisions depend on age or attempts of the letter: the first that fits holds. */
function decisionsOf(decisions: Decisions, { words }: ViewStyle): string {
  return [...new Set(decisions.map(({ action }) => words.actions[action]))].join(' / ');
}

function signed(difference: number): string {
  return difference > 0 ? `+${count(difference)}` : count(difference);
}
