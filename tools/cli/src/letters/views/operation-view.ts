import type { Operation } from '@nexus/contracts';
import { shareBar } from '../bar.ts';
import { inertText } from '../inert-text.ts';
import { ago, count } from '../moment.ts';
import { table } from '../table.ts';
import { passedOver } from './moved-view.ts';
import { heading, type ViewStyle } from './view-style.ts';

/** One operation: what it was asked, how far it is, what it did, and how the letters it requeued ended. */
export function operationView(operation: Operation, style: ViewStyle): string {
  const { words, paint } = style;
  const { progress, acted } = operation;
  const moved = Object.entries(acted)
    .filter(([, value]) => value > 0)
    .map(([action, value]) => `${words.actions[action as keyof typeof acted]} ${count(value)}`);
  const lines = [
    ` ${words.status}: ${paintedStatus(operation, style)}  ${words.statusMeans[operation.status]}`,
    ` ${words.progress}: ${count(progress.done)} / ${count(progress.total)}${moved.length === 0 ? '' : ` (${moved.join(', ')})`}`,
    ` ${words.scope}: ${scopeOf(operation)}`,
    ` ${words.startedBy}: ${inertText(operation.by, 100)}, ${ago(operation.started_at, style.now, words)}`,
    ...(operation.reason === null ? [] : [` ${words.reason}: ${inertText(operation.reason, 500)}`]),
    ...(operation.canary === null ? [] : [` ${words.canary}: ${canaryOf(operation, style)}`]),
    ...(operation.error === null ? [] : [paint('red', ` ${inertText(operation.error, 1000)}`)]),
    ...passedOver(operation, style),
  ];
  const title = heading(words.operationTitle(words.actions[operation.action], operation.operation_id), style);
  return `${title}${lines.join('\n')}\n${outcomeView(operation, style)}`;
}

/** How requeued letters ended; nothing for an operation that requeued none. */
export function outcomeView({ outcome }: Pick<Operation, 'outcome'>, style: ViewStyle): string {
  const { words, paint } = style;
  if (outcome.requeued === 0) return '';
  const columns = [{ head: words.tasks, number: true }, { head: words.share }, { head: words.outcome }];
  const rows = (['succeeded', 'failed_again', 'pending', 'gone'] as const)
    .filter((end) => outcome[end] > 0 || end === 'succeeded' || end === 'failed_again')
    .map((end) => [
      count(outcome[end]),
      shareBar(outcome[end], outcome.requeued),
      paint(end === 'succeeded' ? 'green' : end === 'failed_again' ? 'red' : 'dim', words.ends[end]),
    ]);
  const same = outcome.failed_again === 0 ? '' : `\n ${words.sameCause(count(outcome.failed_same_cause))}\n`;
  return `\n${table(columns, rows, style)}${same}`;
}

/** Operations, one a line, as the supervisor orders them: newest first. */
export function operationsView(operations: readonly Operation[], style: ViewStyle): string {
  const { words } = style;
  if (operations.length === 0) return `${words.noOperations}\n`;
  const columns = [
    { head: words.started, number: true, dispensable: 2 },
    { head: words.action, dispensable: 1 },
    { head: words.status },
    { head: words.progress, number: true },
    { head: words.succeeded, number: true },
    { head: words.failedAgain, number: true },
    { head: words.scope, dispensable: 3 },
    { head: words.operation },
  ];
  const rows = operations.map((operation) => [
    ago(operation.started_at, style.now, words),
    words.actions[operation.action],
    paintedStatus(operation, style),
    `${count(operation.progress.done)}/${count(operation.progress.total)}`,
    count(operation.outcome.succeeded),
    count(operation.outcome.failed_again),
    scopeOf(operation),
    operation.operation_id,
  ]);
  return table(columns, rows, style);
}

function scopeOf({ park, filter }: Operation): string {
  const parts = [park, ...(filter.failure_code ?? []), ...(filter.task_type ?? []), filter.group ?? ''];
  return inertText(parts.filter((part) => part !== '').join(' '), 120);
}

function canaryOf({ canary }: Operation, { words }: ViewStyle): string {
  if (canary === null) return '';
  return words.canaryText(count(canary.first), `${Math.round(canary.min_success * 100)}%`);
}

function paintedStatus({ status }: Operation, { words, paint }: ViewStyle): string {
  const style = status === 'succeeded' ? 'green' : status === 'stopped' || status === 'failed' ? 'red' : 'yellow';
  return paint(style, words.statuses[status]);
}
