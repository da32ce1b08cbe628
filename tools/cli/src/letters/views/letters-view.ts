import type { ClientSuccess, Routes } from '@nexus/contracts';
import { inertLines, inertText } from '../inert-text.ts';
import { ago, count } from '../moment.ts';
import { table } from '../table.ts';
import { heading, type ViewStyle } from './view-style.ts';

export type LetterPage = ClientSuccess<Routes['dlqPeek']>['body'];
export type Letter = LetterPage['items'][number];

/** Letters, oldest first: one a line, or all there is to say when there is only one. */
export function lettersView(page: LetterPage, park: string, style: ViewStyle): string {
  const { words } = style;
  const [only] = page.items;
  if (only === undefined) return `${words.noLetters(park)}\n`;
  const title = heading(words.peekTitle(count(page.count), count(page.total), park), style);
  return `${title}${page.items.length === 1 ? letterCard(only, style) : letterTable(page.items, style)}`;
}

function letterTable(letters: readonly Letter[], style: ViewStyle): string {
  const { words } = style;
  const columns = [
    { head: words.failedAgo, number: true },
    { head: words.task },
    { head: words.code },
    { head: words.whatHappened, flexible: true },
    { head: words.attempts, number: true, dispensable: 2 },
    { head: words.requeues, number: true, dispensable: 3 },
    { head: words.triage, dispensable: 1 },
  ];
  const rows = letters.map((letter) => [
    ago(letter.failed_at, style.now, words),
    inertText(letter.correlation_id, 64),
    inertText(letter.headers.failure_code, 40),
    messageOf(letter, 120, words.unparsable),
    count(letter.attempts),
    count(letter.requeues),
    `${words.actions[letter.decision.action]}${letter.locked ? ` ${words.locked}` : ''}`,
  ]);
  return table(columns, rows, style);
}

function letterCard(letter: Letter, style: ViewStyle): string {
  const { words, paint } = style;
  const { action, reason, rule } = letter.decision;
  const rows: (readonly [string, string | null])[] = [
    [words.task, inertText(letter.correlation_id, 64)],
    [words.code, inertText(letter.headers.failure_code, 100)],
    [words.whatHappened, messageOf(letter, 2000, words.unparsable)],
    [words.failedAgo, `${ago(letter.failed_at, style.now, words)} (${letter.failed_at ?? '-'})`],
    [words.attempts, count(letter.attempts)],
    [words.requeues, count(letter.requeues)],
    [words.triage, `${words.actions[action]}: ${inertText(reason, 500)} (${words.rule} ${inertText(rule, 100)})`],
    [words.locked, letter.locked ? words.lockedMeans : null],
    [words.group, inertText(letter.group, 64)],
    [words.runbook, letter.runbook],
    [words.pullRequest, letter.pr_url],
    [words.issue, letter.issue_url],
  ];
  const lines = rows.flatMap(([name, value]) =>
    value === null ? [] : [` ${paint('dim', `${name}:`)} ${inertText(value, 2000)}`],
  );
  const body = inertLines(JSON.stringify(letter.message, null, 2));
  return [...lines, '', ...body.map((line) => ` ${line}`), ''].join('\n');
}

/** The error as the body's failure envelope tells it. */
function messageOf(letter: Letter, longest: number, unparsable: string): string {
  const { message } = letter;
  if (message['unparsable'] === true) return unparsable;
  const error = message['last_error'];
  const text = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return typeof text === 'string' ? inertText(text, longest) : '-';
}
