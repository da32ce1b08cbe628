import { exitStatusOf } from '../follow-operation.ts';
import { present } from '../present.ts';
import { followToEnd } from '../start-operation.ts';
import { bodyOf, given, type Subcommand } from '../subcommand.ts';
import { operationsView, operationView } from '../views/operation-view.ts';

/** The large actions, newest first. */
export const operations: Subcommand = {
  name: 'operations',
  summary: 'list large actions, newest first',
  options: ['status', 'limit'],
  examples: [['operations --status running', 'what is under way']],
  async run(call, context) {
    const { status, limit } = call.values;
    const answer = bodyOf(await context.client.dlqOperations({ query: given({ status, limit }) }));
    present(answer, (style) => operationsView(answer.items, style), { call, context });
    return 0;
  },
};

/** One large action. */
export const operation: Subcommand = {
  name: 'operation',
  summary: 'show one large action: how far it is, and how the letters it requeued ended',
  positional: 'ID',
  options: ['follow'],
  notes:
    '--follow stays until it has ended and every letter it requeued has ended too; Ctrl-C changes nothing about it.',
  examples: [['operation ID --follow', 'until the outcome is complete']],
  async run(call, context) {
    if (call.values.follow === true) return followToEnd(call.positional, { call, context }, { untilSettled: true });
    const answer = bodyOf(await context.client.dlqOperation({ params: { operation_id: call.positional } }));
    present(answer, (style) => operationView(answer, style), { call, context });
    return exitStatusOf(answer);
  },
};

/** Ends a large action. */
export const cancel: Subcommand = {
  name: 'cancel',
  summary: 'cancel a large action: what it moved stays moved, the rest stays where it is',
  positional: 'ID',
  options: [],
  examples: [['cancel ID', '']],
  async run(call, context) {
    const { client, words } = context;
    const answer = bodyOf(await client.dlqCancelOperation({ params: { operation_id: call.positional } }));
    // The answer may still show it as it was: whoever moves its letters hears of the cancel at the next one.
    present(answer, () => `${words.cancelled(answer.operation_id)}\n`, { call, context });
    return 0;
  },
};
