import { FILTER_OPTIONS } from '../letter-options.ts';
import { hint, present, styleOf } from '../present.ts';
import { bodyOf, filterOf, given, type LetterContext, type Subcommand, type SubcommandCall } from '../subcommand.ts';
import { type ApplyAnswer, applyView } from '../views/apply-view.ts';

const CAPS = ['sample', 'max-requeue', 'max-hold', 'max-alarm', 'send-alert', 'reason'] as const;

/** What apply would do. */
export const plan: Subcommand = {
  name: 'plan',
  summary: 'say what apply would do, and keep that as a plan for 15 minutes',
  options: [...FILTER_OPTIONS, ...CAPS],
  notes:
    'Looks at the oldest 500 letters (--sample). Every one of them is accounted for: acted on, left, or stayed for a reason.',
  examples: [
    ['plan', 'look before you leap'],
    ['plan --failure-code PROVIDER_TIMEOUT --max-requeue 50', 'a small first step'],
  ],
  async run(call, context) {
    const answer = await askApply(call, context, { dryRun: true });
    present(answer, (style) => applyView(answer, style), { call, context });
    hintAtPlan(answer, { call, context });
    return answer.errors > 0 ? 1 : 0;
  },
};

/** Does with each letter what triage says. */
export const apply: Subcommand = {
  name: 'apply',
  summary: 'do with each letter what triage says: requeue, hold, alarm or leave',
  options: [...FILTER_OPTIONS, ...CAPS, 'dry-run', 'plan-hash', 'yes'],
  notes:
    'Without --plan-hash it makes a plan, shows it and asks; where there is no terminal it needs --yes. Cron jobs use npx nexus dlq-apply.',
  examples: [
    ['apply', 'plan, question, action'],
    ['apply --plan-hash HASH', 'exactly the plan that was shown; letters that came later stay'],
  ],
  async run(call, context) {
    const { values } = call;
    if (values['dry-run'] === true) return plan.run(call, context);
    const settled = values['plan-hash'] !== undefined || values.yes === true;
    const hash = settled ? values['plan-hash'] : await agreedPlan(call, context);
    if (!settled && hash === undefined) return 2;
    const answer = await askApply(call, context, { dryRun: false, ...given({ planHash: hash }) });
    present(answer, (style) => applyView(answer, style), { call, context });
    if (answer.operation_id !== undefined && answer.acted.requeue > 0) {
      const watch = `npx nexus dlq operation ${answer.operation_id} --follow`;
      hint(`\n${context.words.howEnded(watch)}`, { call, context });
    }
    return answer.errors > 0 ? 1 : 0;
  },
};

/** The hash of a plan that somebody saw and agreed to; undefined when nobody did. */
async function agreedPlan(call: SubcommandCall, context: LetterContext): Promise<string | undefined> {
  const { console, words } = context;
  if (console.confirm === undefined) {
    console.note(`${words.needYesApply}\n`);
    return undefined;
  }
  const shown = await askApply(call, context, { dryRun: true });
  console.note(applyView(shown, styleOf(context)));
  if (await console.confirm(words.askApply)) return shown.plan_hash;
  console.note(`${words.notNow}\n`);
  return undefined;
}

async function askApply(
  call: SubcommandCall,
  { client }: LetterContext,
  { dryRun, planHash }: { dryRun: boolean; planHash?: string },
): Promise<ApplyAnswer> {
  const { values } = call;
  const options = given({
    sample: values.sample,
    max_requeue: values['max-requeue'],
    max_hold: values['max-hold'],
    max_alarm: values['max-alarm'],
    send_alert: values['send-alert'],
    reason: values.reason,
    plan_hash: planHash,
  });
  const query = { ...filterOf(call), ...options, dry_run: dryRun };
  return bodyOf(await client.dlqApply({ query, timeoutMs: 60_000 }));
}

function hintAtPlan(answer: ApplyAnswer, running: { call: SubcommandCall; context: LetterContext }): void {
  if (answer.plan_hash === undefined) return;
  hint(`\n${running.context.words.doPlan(`npx nexus dlq apply --plan-hash ${answer.plan_hash}`)}`, running);
}
