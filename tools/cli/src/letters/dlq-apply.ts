import type { CommandContext } from '../command.ts';
import { failureWithCode } from '../failure-with-code.ts';
import { connect } from './connection.ts';
import { inertJson } from './inert-text.ts';
import { chooseLanguage } from './language.ts';
import type { OperatorConsole } from './operator-console.ts';
import { parseOptions } from './parse-options.ts';
import { problemText } from './problem-text.ts';
import { given } from './subcommand.ts';
import { wordsIn } from './words.ts';

/** How long the answer may take (milliseconds). */
const ANSWER_MILLISECONDS = 60_000;

export const dlqApplyUsage = `Usage: npx nexus dlq-apply [options]

Does with dead letters what triage says, within the caps, by POST /dlq/apply, and prints the supervisor's answer as one
JSON document. Without --dry-run false nothing is changed: the answer is a plan, and its plan_hash does exactly that plan.

  --base-url URL       the supervisor (SUPERVISOR_URL, else NEXUS_HOST and NEXUS_PORT)
  --admin-key KEY      better set ADMIN_API_KEY: other users of this machine see options in the list of processes
  --sample N           letters looked at, oldest first (500)
  --dry-run BOOLEAN    change nothing (true); --dry-run false or --no-dry-run does it
  --send-alert BOOLEAN alert about letters moved to alarm (true)
  --max-requeue N      at most N requeues (200); 0 = none
  --max-hold N         at most N to hold (200); 0 = none
  --max-alarm N        at most N to alarm (50); 0 = none
  --plan-hash HASH     do exactly the plan of an earlier dry run (kept 15 minutes)

Exit status: 0 done; 1 the answer reports errors; 2 refused, no answer within 60 s, no connection, or bad options.

Every five minutes, from cron:
  */5 * * * * ADMIN_API_KEY=... npx nexus dlq-apply --dry-run false
`;

const OPTIONS = [
  'base-url',
  'admin-key',
  'sample',
  'dry-run',
  'send-alert',
  'max-requeue',
  'max-hold',
  'max-alarm',
  'plan-hash',
] as const;

/** Asks for one apply and prints the answer; the defaults are sent, so that they are this command's own. */
export async function runDlqApply(
  words: readonly string[],
  { environment, root }: CommandContext,
  console: OperatorConsole,
): Promise<number> {
  const { values, positionals } = parseOptions(words, OPTIONS);
  const [surplus] = positionals;
  if (surplus !== undefined) {
    throw failureWithCode(
      'OPTION_UNKNOWN',
      `There is nothing to do with ${JSON.stringify(surplus)}; options begin with --.`,
    );
  }
  const { client, baseUrl } = connect({
    baseUrl: values['base-url'],
    adminKey: values['admin-key'],
    environment,
    root,
    timeoutMs: ANSWER_MILLISECONDS,
  });
  const answer = await client.dlqApply({
    query: {
      sample: values.sample ?? 500,
      dry_run: values['dry-run'] ?? true,
      send_alert: values['send-alert'] ?? true,
      max_requeue: values['max-requeue'] ?? 200,
      max_hold: values['max-hold'] ?? 200,
      max_alarm: values['max-alarm'] ?? 50,
      ...given({ plan_hash: values['plan-hash'] }),
    },
  });
  if (!answer.ok) {
    const language = wordsIn(chooseLanguage(undefined, environment));
    console.note(`nexus dlq-apply: ${problemText(answer, language, baseUrl)}\n`);
    return 2;
  }
  console.result(inertJson(answer.body));
  return answer.body.errors > 0 ? 1 : 0;
}
