import { FILTER_OPTIONS } from '../letter-options.ts';
import { count } from '../moment.ts';
import { parkCalls } from '../park-calls.ts';
import { hint, present } from '../present.ts';
import { needsOperation, planOperation, startOperation } from '../start-operation.ts';
import { bodyOf, filterOf, given, type LetterContext, type Subcommand, type SubcommandCall } from '../subcommand.ts';
import { type MovedAnswer, movedView } from '../views/moved-view.ts';

const ACTING = ['limit', 'dry-run', 'plan-hash', 'reason'] as const;
const IN_BULK = ['all', 'per-second', 'follow'] as const;
const CANARY = ['canary', 'min-success', 'canary-timeout'] as const;

/** The largest limit of POST /dlq/route and /dlq/alarm. */
const MOST_ROUTED = 500;

type Answer = Omit<MovedAnswer, 'what' | 'moved'> & {
  plan_hash?: string | undefined;
  operation_id?: string | undefined;
};

/** Sends letters back to the queue. */
export const requeue: Subcommand = {
  name: 'requeue',
  summary: 'send letters back to the queue',
  options: [...FILTER_OPTIONS, ...ACTING, 'mode', 'force', ...IN_BULK, ...CANARY],
  notes:
    'Oldest first, 10 unless --limit says more. --all, --canary, --per-second or a --limit above 200 start an operation: it runs in the background, survives this command and the supervisor, and is followed to its end. Ctrl-C leaves it running.',
  examples: [
    ['requeue --failure-code PROVIDER_TIMEOUT --dry-run', 'what would go back'],
    ['requeue --group GROUP --all --canary 20', '20 first; the rest only if 80 % of them succeed'],
    ['requeue --all --mode auto --per-second 50', 'all that triage would requeue, gently'],
    ['requeue --group GROUP --force --reason "keys renewed"', 'locked letters too'],
  ],
  async run(call, context) {
    const calls = parkCalls(context.client, call.park);
    const { mode, force } = call.values;
    if (needsOperation(call, calls.mostRequeued)) {
      return startOperation({ action: 'requeue', ...given({ mode }) }, { call, context });
    }
    const answer = bodyOf(await calls.requeue({ query: { ...actingQuery(call), ...given({ mode, force }) } }));
    return presentMoved(answer, { what: 'requeue', moved: answer.moved }, { call, context });
  },
};

/** Moves letters to HOLD. */
export const route: Subcommand = {
  name: 'route',
  aliases: ['hold'],
  summary: 'move letters to HOLD, where they wait for a correction',
  options: [...FILTER_OPTIONS, ...ACTING, 'mode', ...IN_BULK],
  notes: '--mode auto (the default) takes what triage holds, --mode manual every match.',
  examples: [
    ['route', 'what triage holds'],
    ['route --mode manual --group GROUP --all', 'a whole group, whatever triage says'],
  ],
  async run(call, context) {
    const { mode = 'auto' } = call.values;
    if (needsOperation(call, MOST_ROUTED)) return startOperation({ action: 'hold', mode }, { call, context });
    const answer = bodyOf(await context.client.dlqRoute({ query: { ...actingQuery(call), mode } }));
    return presentMoved(answer, { what: 'hold', moved: answer.moved }, { call, context });
  },
};

/** Moves letters to ALARM and tells people. */
export const alarm: Subcommand = {
  name: 'alarm',
  summary: 'move letters to ALARM and alert about them',
  options: [...FILTER_OPTIONS, ...ACTING, 'mode', 'send-alert', ...IN_BULK],
  notes: '--mode auto (the default) takes what triage alarms, --mode manual every match.',
  examples: [['alarm --failure-code PROVIDER_AUTH_ERROR', 'refused keys, with an alert']],
  async run(call, context) {
    const { mode = 'auto' } = call.values;
    if (needsOperation(call, MOST_ROUTED)) return startOperation({ action: 'alarm', mode }, { call, context });
    const query = { ...actingQuery(call), mode, ...given({ send_alert: call.values['send-alert'] }) };
    const answer = bodyOf(await context.client.dlqAlarm({ query }));
    const status = presentMoved(answer, { what: 'alarm', moved: answer.moved }, { call, context });
    if (!answer.dry_run && answer.moved > 0) hint(context.words.alerted(count(answer.alerted)), { call, context });
    return status;
  },
};

/** Deletes letters for good. */
export const purge: Subcommand = {
  name: 'purge',
  summary: 'delete letters for good',
  options: [...FILTER_OPTIONS, ...ACTING, 'yes', ...IN_BULK],
  notes:
    'Asks first, after having counted; where there is no terminal it needs --yes. What is deleted leaves a tombstone that says who did it and when.',
  examples: [
    ['purge --group GROUP --dry-run', 'how many that would be'],
    ['purge --group GROUP --limit 500 --yes', 'at most 500, without a question'],
  ],
  async run(call, context) {
    const calls = parkCalls(context.client, call.park);
    const bulk = needsOperation(call, calls.mostPurged);
    const agreed = await agreeToPurge(call, context, bulk);
    if (agreed === undefined) return 2;
    if (bulk) return startOperation({ action: 'purge' }, { call: agreed, context });
    const answer = bodyOf(await calls.purge({ query: actingQuery(agreed) }));
    return presentMoved(answer, { what: 'purge', moved: answer.purged }, { call, context });
  },
};

/**
 * The call as it may be carried out: with the plan of what was counted, so that exactly the letters asked about go.
 * Undefined when nobody agreed.
 */
async function agreeToPurge(
  call: SubcommandCall,
  context: LetterContext,
  bulk: boolean,
): Promise<SubcommandCall | undefined> {
  const { console, words } = context;
  const { values } = call;
  if (values['dry-run'] === true || values.yes === true) return call;
  if (console.confirm === undefined) {
    console.note(`${words.needYesPurge}\n`);
    return undefined;
  }
  if (values['plan-hash'] !== undefined) {
    return (await console.confirm(words.askPurgePlan)) ? call : declined(context);
  }
  const plan = await planPurge(call, context, bulk);
  if (!(await console.confirm(words.askPurge(count(plan.letters))))) return declined(context);
  return { ...call, values: { ...values, ...given({ 'plan-hash': plan.hash }) } };
}

async function planPurge(
  call: SubcommandCall,
  context: LetterContext,
  bulk: boolean,
): Promise<{ letters: number; hash: string | undefined }> {
  if (bulk) {
    const { acted, plan_hash } = await planOperation({ action: 'purge' }, { call, context });
    return { letters: acted.purge, hash: plan_hash };
  }
  const query = { ...actingQuery(call), dry_run: true };
  const { purged, plan_hash } = bodyOf(await parkCalls(context.client, call.park).purge({ query }));
  return { letters: purged, hash: plan_hash };
}

function declined({ console, words }: LetterContext): undefined {
  console.note(`${words.notNow}\n`);
}

function actingQuery(call: SubcommandCall) {
  const { values } = call;
  return {
    ...filterOf(call),
    ...given({
      limit: values.limit,
      dry_run: values['dry-run'],
      plan_hash: values['plan-hash'],
      reason: values.reason,
    }),
  };
}

/** Prints what moved and what to do next; resolves to the exit status. */
function presentMoved(
  answer: Answer,
  did: Pick<MovedAnswer, 'what' | 'moved'>,
  running: { call: SubcommandCall; context: LetterContext },
): number {
  const { words } = running.context;
  present(answer, (style) => movedView({ ...answer, ...did }, style), running);
  if (answer.plan_hash !== undefined && did.moved > 0) {
    const verb = did.what === 'hold' ? 'route' : did.what;
    hint(words.doPlan(`npx nexus ${running.call.park} ${verb} --plan-hash ${answer.plan_hash}`), running);
  }
  if (answer.operation_id !== undefined && did.what === 'requeue' && did.moved > 0) {
    hint(words.howEnded(`npx nexus dlq operation ${answer.operation_id} --follow`), running);
  }
  return answer.errors > 0 ? 1 : 0;
}
