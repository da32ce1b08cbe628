import type { ClientSuccess, Routes } from '@nexus/contracts';
import { shareBar } from '../bar.ts';
import { inertText } from '../inert-text.ts';
import { ago, count } from '../moment.ts';
import { table } from '../table.ts';
import { heading, type ViewStyle } from './view-style.ts';

export type LetterGroups = ClientSuccess<Routes['dlqGroups']>['body'];
export type LetterGroup = LetterGroups['items'][number];

/** Groups by cause, largest first: how many letters, which share, what happened, what triage says. */
export function groupsView(groups: LetterGroups, park: string, style: ViewStyle): string {
  const { words } = style;
  if (groups.items.length === 0) return `${words.noGroups(park)}\n`;
  const allOpen = groups.items.every(({ state, regression }) => state === 'open' && !regression);
  const columns = [
    { head: words.letters, number: true },
    { head: words.share, dispensable: 1 },
    { head: words.code },
    { head: words.whatHappened, flexible: true },
    { head: words.triage },
    { head: words.state, dispensable: allOpen ? 4 : 2 },
    { head: words.lastSeen, number: true, dispensable: 3 },
    { head: words.group },
  ];
  const rows = groups.items.map((group) => [
    count(group.count),
    shareBar(group.count, groups.total, 12),
    inertText(group.failure_code, 40),
    inertText(group.message, 120),
    `${words.actions[group.decision.action]}${group.decision.conditional ? '*' : ''}`,
    stateOf(group, style),
    ago(group.last_seen, style.now, words),
    inertText(group.group, 64),
  ]);
  const title = heading(words.groupsTitle(count(groups.total), count(groups.groups), park), style);
  return `${title}${table(columns, rows, style)}${footnotes(groups, style)}`;
}

function stateOf({ regression, state }: LetterGroup, { words, paint }: ViewStyle): string {
  return regression ? paint('red', words.regression) : words.groupStates[state];
}

function footnotes({ items, groups, truncated }: LetterGroups, { words }: ViewStyle): string {
  const lines: string[] = [];
  if (items.some(({ decision }) => decision.conditional)) lines.push(words.conditional);
  if (truncated || items.length < groups) lines.push(words.moreGroups(count(groups - items.length)));
  return lines.length === 0 ? '' : `\n${lines.map((line) => ` ${line}\n`).join('')}`;
}
