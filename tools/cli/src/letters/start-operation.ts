import type { CallArguments, ClientSuccess, Operation, Routes } from '@nexus/contracts';
import { failureWithCode } from '../failure-with-code.ts';
import { exitStatusOf, followOperation } from './follow-operation.ts';
import { createOperationDisplay } from './operation-display.ts';
import { hint, present } from './present.ts';
import { bodyOf, filterOf, given, type LetterContext, type SubcommandCall } from './subcommand.ts';
import { typedWords } from './typed-words.ts';
import { movedView } from './views/moved-view.ts';
import { operationView } from './views/operation-view.ts';

/** What an operation does; the rest of its body comes from the options. */
export interface OperationRequest {
  readonly action: 'requeue' | 'hold' | 'alarm' | 'purge';
  readonly mode?: 'manual' | 'auto';
}

type Running = { call: SubcommandCall; context: LetterContext };
type NewOperation = CallArguments<Routes['dlqCreateOperation']>['body'];

export type OperationPlan = Extract<ClientSuccess<Routes['dlqCreateOperation']>, { status: 200 }>['body'];

/** Whether the options ask for more than one call of a route moves, or for what only an operation can do. */
export function needsOperation({ values }: SubcommandCall, mostAtOnce: number): boolean {
  const asked = values.all === true || values.canary !== undefined || values['per-second'] !== undefined;
  return asked || (values.limit ?? 0) > mostAtOnce;
}

/**
 * Starts an operation and follows it to its end (not with --no-follow), or prints its plan (--dry-run).
 * Resolves to the exit status: 1 when it stopped, failed or was cancelled.
 */
export async function startOperation(request: OperationRequest, running: Running): Promise<number> {
  const { console, words } = running.context;
  const body = await create(request, running);
  if ('dry_run' in body) {
    const moved = body.acted[request.action];
    present(body, (style) => movedView({ ...body, what: request.action, moved }, style), running);
    if (moved > 0) hint(words.doPlan(commandOf(request, body.plan_hash, running.call)), running);
    return body.errors > 0 ? 1 : 0;
  }
  if (running.call.values.follow !== false) {
    hint(words.operationStarted(body.operation_id), running);
    return followToEnd(body.operation_id, running, { untilSettled: false });
  }
  present(body, (style) => operationView(body, style), running);
  if (running.call.values.json !== true) console.note(`${words.watch(watchCommand(body.operation_id))}\n`);
  return 0;
}

/** What the operation would do; its hash does exactly that. */
export async function planOperation(request: OperationRequest, { call, context }: Running): Promise<OperationPlan> {
  const body = await create(request, { call: { ...call, values: { ...call.values, 'dry-run': true } }, context });
  if ('dry_run' in body) return body;
  throw failureWithCode('BAD_RESPONSE', 'The supervisor answered a dry run with an operation.');
}

async function create(request: OperationRequest, { call, context }: Running): Promise<OperationPlan | Operation> {
  return bodyOf(await context.client.dlqCreateOperation({ body: bodyFor(request, call), timeoutMs: 60_000 }));
}

/** Follows an operation with a progress line and prints how it ended; Ctrl-C leaves it running (status 130). */
export async function followToEnd(
  operationId: string,
  { call, context }: Running,
  { untilSettled }: { untilSettled: boolean },
): Promise<number> {
  const { client, console, words, wait } = context;
  const display = createOperationDisplay(console, words);
  const quiet = call.values.json === true;
  const ended = await followOperation(client, operationId, {
    onChange: (operation) => (quiet ? undefined : display.show(operation)),
    onMiss: (misses) => (misses % 10 === 1 ? console.note(`  · ${words.contactLost(misses)}\n`) : undefined),
    wait,
    signal: context.untilToldToStop(),
    untilSettled,
  }).finally(() => display.end());
  if (ended === undefined) {
    const cancel = `npx nexus dlq cancel ${operationId}`;
    console.note(`${words.leftRunning(operationId, watchCommand(operationId), cancel)}\n`);
    return 130;
  }
  present(ended, (style) => operationView(ended, style), { call, context });
  hintAtOutcome(ended, { call, context });
  return exitStatusOf(ended);
}

function hintAtOutcome({ outcome, operation_id }: Operation, running: Running): void {
  if (outcome.pending > 0) hint(running.context.words.howEnded(watchCommand(operation_id)), running);
}

/** The command that does what a dry run has shown; the plan knows filter and limits. */
function commandOf({ action }: OperationRequest, hash: string, { park, values }: SubcommandCall): string {
  const verb = action === 'hold' ? 'route' : action;
  const options = typedWords({ ...values, all: true, 'plan-hash': hash }, [
    'all',
    'canary',
    'min-success',
    'canary-timeout',
    'per-second',
    'force',
    'mode',
    'plan-hash',
  ]);
  return `npx nexus ${park} ${verb}${options}`;
}

function watchCommand(operationId: string): string {
  return `npx nexus dlq operation ${operationId} --follow`;
}

function bodyFor({ action, mode }: OperationRequest, call: SubcommandCall): NewOperation {
  const { values, park } = call;
  const { canary: first, limit } = values;
  const canary = first === undefined ? undefined : canaryOf(first, call);
  return {
    action,
    park,
    filter: filterOf(call),
    ...given({
      mode,
      canary,
      max: limit,
      force: values.force,
      reason: values.reason,
      per_second: values['per-second'],
      send_alert: values['send-alert'],
      plan_hash: values['plan-hash'],
      dry_run: values['dry-run'],
    }),
  };
}

function canaryOf(first: number, { values }: SubcommandCall): NonNullable<NewOperation['canary']> {
  return { first, ...given({ min_success: values['min-success'], timeout_seconds: values['canary-timeout'] }) };
}
