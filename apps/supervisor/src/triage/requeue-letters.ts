import type { ProblemReply } from '@nexus/contracts';
import { purgeReply, requeueReply } from './letter-replies.ts';
import { moveLetters, type MoveCall, type MoveOutcome } from './move-letters.ts';
import type { TriagePorts } from './triage-ports.ts';
import { onlyAlarmRefuses } from './verdicts.ts';

/** Sends letters back to the queue: 409 when nothing but letters of the alarm policy matched. */
export async function requeueLetters(ports: TriagePorts, call: MoveCall) {
  const outcome = await moveLetters(ports, call);
  if ('problem' in outcome) return outcome;
  return (await alarmForbids(ports, outcome)) ?? requeueReply(outcome);
}

/** Deletes letters. */
export async function purgeLetters(ports: TriagePorts, call: MoveCall) {
  const outcome = await moveLetters(ports, call);
  return 'problem' in outcome ? outcome : purgeReply(outcome);
}

async function alarmForbids(
  ports: TriagePorts,
  { order, report, dryRun }: MoveOutcome,
): Promise<ProblemReply<'ALARM_REQUEUE_FORBIDDEN'> | undefined> {
  const { skipped_policy, skipped_age, skipped_cap, skipped_locked, errors, acted } = report;
  const others = skipped_age + skipped_cap + skipped_locked + errors + acted.requeue;
  if (dryRun || skipped_policy === 0 || others > 0) return undefined;
  const causes = await ports.letters.causes(order.park, order.filter);
  return onlyAlarmRefuses(causes, order, ports) ? alarmForbidden(skipped_policy) : undefined;
}

/** The answer when the alarm policy left every one of these letters where it is. */
export function alarmForbidden(letters: number): ProblemReply<'ALARM_REQUEUE_FORBIDDEN'> {
  const message =
    'every matching letter raises an alarm and is not requeued while ENFORCE_ALARM_NO_REQUEUE is true; correct the cause, then change the policy or create new tasks';
  return { problem: 'ALARM_REQUEUE_FORBIDDEN', message, detail: { skipped_policy: letters } };
}
