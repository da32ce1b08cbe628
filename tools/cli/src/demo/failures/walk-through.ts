import type { Client, Operation } from '@nexus/contracts';
import { failureWithCode } from '../../failure-with-code.ts';
import { count } from '../../letters/moment.ts';
import { bodyOf } from '../../letters/subcommand.ts';
import type { ApplyAnswer } from '../../letters/views/apply-view.ts';
import type { LetterGroups } from '../../letters/views/groups-view.ts';
import { countsByCode } from './cause.ts';
import type { StoryWords } from './story-words.ts';
import { appliedSum, applySums, canarySum, endSum, groupSums, outcomeSum, type Sum } from './sums.ts';

/** What the story needs of its world. The agents stand still until startAgent(). */
export interface Stage {
  readonly tasks: number;
  readonly client: Client;
  readonly words: StoryWords;
  /** Tells a paragraph. */
  readonly say: (text: string) => void;
  /** Types `npx nexus dlq <words>` and shows what an operator sees; rejects when the exit status is another one. */
  readonly operate: (words: readonly string[], status?: number) => Promise<unknown>;
  /** Starts agents whose provider of the timeouts is back. */
  readonly startAgent: () => Promise<void>;
}

/** What came of the story, as --json tells it. */
export interface FailuresOutcome {
  readonly groups: readonly { group: string; failure_code: string; count: number }[];
  readonly applied: ApplyAnswer;
  readonly operations: readonly Operation[];
  readonly sums: readonly Sum[];
}

const LARGEST_CANARY = 50;
const CODE_STILL_DOWN = 'PROVIDER_UPSTREAM_ERROR';

/** groups → plan → apply → its outcome → requeue with canary → its outcome → a canary that fails → where everything went. */
export async function walkThrough(stage: Stage): Promise<FailuresOutcome> {
  const { tasks, client, words, say, operate } = stage;
  say(words.title(count(tasks)));
  say(words.groups);
  const groups = (await operate(['groups'])) as LetterGroups;

  const sample = Math.max(40, Math.floor(tasks / 20));
  say(words.plan(count(sample)));
  const plan = (await operate(['plan', '--sample', String(sample), '--no-send-alert'])) as ApplyAnswer;
  say(words.apply);
  const applied = (await operate(['apply', '--plan-hash', plan.plan_hash ?? ''])) as ApplyAnswer;
  const left = bodyOf(await client.dlqStats()).total;

  say(words.mended);
  await stage.startAgent();
  const secondTries = await follow(stage, applied.operation_id ?? '');

  const largest = groupOf(groups, undefined);
  const first = String(Math.max(1, Math.min(LARGEST_CANARY, Math.floor(largest.count / 4))));
  say(words.canary(largest.group, first));
  const asked = ['requeue', '--group', largest.group, '--all', '--canary', first, '--reason', 'the provider is back'];
  const requeued = await settled(stage, (await operate(asked)) as Operation);

  const down = groupOf(groups, CODE_STILL_DOWN);
  const few = String(Math.max(1, Math.min(20, Math.floor(down.count / 4))));
  say(words.stopped(down.group, few));
  const mistake = ['requeue', '--group', down.group, '--all', '--canary', few];
  const stopped = await settled(stage, (await operate(mistake, 1)) as Operation);

  say(words.end);
  await operate(['groups']);
  const end = endSum(tasks, await whereEverythingIs(client));
  const sums = [
    ...groupSums(groups, countsByCode(tasks)),
    ...applySums(plan, applied),
    appliedSum(tasks, applied, left),
    ...[secondTries, requeued, stopped].map(outcomeSum),
    canarySum(stopped),
    end,
  ];
  const causes = groups.items.map(({ group, failure_code, count: letters }) => ({
    group,
    failure_code,
    count: letters,
  }));
  return { groups: causes, applied, operations: [secondTries, requeued, stopped], sums };
}

/** The group of a code, or the largest one. */
function groupOf({ items }: LetterGroups, code: string | undefined): LetterGroups['items'][number] {
  const found = items.find(({ failure_code }) => code === undefined || failure_code === code);
  if (found !== undefined) return found;
  throw failureWithCode('DEMO_FAILED', `There is no group of ${code ?? 'letters'}; the causes of the demo make five.`);
}

/** Letters that have gone may still wait for an agent. */
async function settled(stage: Stage, operation: Operation): Promise<Operation> {
  if (operation.outcome.pending === 0) return operation;
  stage.say(stage.words.outcome);
  return follow(stage, operation.operation_id);
}

async function follow({ operate }: Stage, operationId: string): Promise<Operation> {
  return (await operate(['operation', operationId, '--follow'])) as Operation;
}

/** Counted one by one and park by park, not taken from what the operations tell. */
async function whereEverythingIs(client: Client): Promise<Parameters<typeof endSum>[1]> {
  const query = { limit: 1 };
  return {
    succeeded: await countSucceeded(client),
    dlq: bodyOf(await client.dlqPeek({ query })).total,
    hold: bodyOf(await client.holdPeek({ query })).total,
    alarm: bodyOf(await client.alarmPeek({ query })).total,
  };
}

async function countSucceeded(client: Client): Promise<number> {
  let found = 0;
  let cursor: string | null = null;
  do {
    const query = { status: 'succeeded', limit: 200, ...(cursor === null ? {} : { cursor }) };
    const page: { items: unknown[]; next_cursor: string | null } = bodyOf(await client.listTasks({ query }));
    found += page.items.length;
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found;
}
