import { fingerprint } from '@nexus/failure-taxonomy';
import { comparableCode } from './cause.ts';
import type { PolicyRule, TriagePolicy } from './policy.ts';

/**
 * 14 hexadecimal digits that change when the policy does: to notice that a saved plan was made under another policy.
 * The order of keys, and order, case and repetition in lists, do not count; the order of the rules does. Not for secrets.
 */
export function policyDigest(policy: TriagePolicy): string {
  const { requeue } = policy;
  const byFailureCode = Object.entries(requeue.byFailureCode).map(([code, rule]) => `${comparableCode(code)}=${rule}`);
  const text = canonicalText({
    ...policy,
    holdCodes: codes(policy.holdCodes),
    alarmCodes: codes(policy.alarmCodes),
    requeueCodes: codes(policy.requeueCodes),
    rules: policy.rules.map(comparableRule),
    requeue: { ...requeue, byFailureCode: distinct(byFailureCode) },
  });
  // The hash of a fingerprint takes its code as it stands; only messages are normalised.
  return fingerprint({ code: text, message: '' }).hash;
}

function comparableRule({ match, ...rule }: PolicyRule): unknown {
  const { failure_code, task_type, group, ...bounds } = match;
  return {
    ...rule,
    match: {
      ...bounds,
      failure_code: failure_code && codes(failure_code),
      task_type: task_type && distinct(task_type),
      group: group && distinct(group),
    },
  };
}

function codes(list: readonly string[]): string[] {
  return distinct(list.map(comparableCode));
}

function distinct(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}

/** JSON with the keys of every object in order and absent values left out. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = members.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`).join()}}`;
}
