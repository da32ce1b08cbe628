import { comparableCode, shownCode } from './cause.ts';
import type { TriageAction, TriagePolicy } from './policy.ts';

/** What is to become of a letter, why in one sentence for people, and the name of the rule that fired. */
export type TriageDecision = { action: TriageAction; reason: string; rule: string };

type Rule = {
  rule: string;
  action: TriageAction;
  matches: (code: string, policy: TriagePolicy) => boolean;
  because: string;
};

/** Whole words of a code, so that `KAKAO_TIMEOUT` is a timeout and `AUTHOR_MISSING` no refused key. */
function words(list: string): (code: string) => boolean {
  const pattern = new RegExp(`(^|_)(?:${list})(_|$)`);
  return (code) => pattern.test(code);
}

function listed(list: 'holdCodes' | 'alarmCodes' | 'requeueCodes'): Rule['matches'] {
  return (code, policy) => policy[list].some((entry) => entry.trim().toUpperCase() === code);
}

/** In the order in which they are asked; the first that matches decides. */
const rules: readonly Rule[] = [
  { rule: 'configured-hold', action: 'hold', matches: listed('holdCodes'), because: 'is on the configured hold list' },
  { rule: 'configured-alarm', action: 'alarm', matches: listed('alarmCodes'), because: 'is on the configured alarm list' },
  { rule: 'configured-requeue', action: 'requeue', matches: listed('requeueCodes'), because: 'is on the configured requeue list' },
  { rule: 'transient', action: 'requeue', matches: words('TIMEOUT|UPSTREAM|RATE_LIMIT(?:ED)?'), because: 'passes by itself' },
  { rule: 'configuration', action: 'alarm', matches: words('AUTH|DISABLED|BUDGET_EXCEEDED'), because: 'needs somebody to change keys, switches or the budget' },
  { rule: 'schema', action: 'hold', matches: (code) => code.startsWith('SCHEMA_'), because: 'needs a change of prompt, schema or code' },
  { rule: 'needs-a-look', action: 'hold', matches: words('WORKER_LOST|DELIVERY_UNCERTAIN|PAYLOAD_INVALID|UNKNOWN_TASK_TYPE'), because: 'would fail again or do harm; somebody has to look' },
  { rule: 'not-delivered', action: 'requeue', matches: words('DELIVERY_FAILED'), because: 'had no effect and may be sent again' },
]; // prettier-ignore

/** Names of the rules that need no policy file; no rule of a file may take one. */
export const CODE_RULES: readonly string[] = [...rules.map(({ rule }) => rule), 'default'];

/** Decides by the failure code alone: configured lists (hold, alarm, requeue), then heuristics, else ignore. */
export function decideByCode(failureCode: string, policy: TriagePolicy): TriageDecision {
  const shown = shownCode(failureCode);
  const code = comparableCode(failureCode);
  const rule = rules.find(({ matches }) => matches(code, policy));
  if (rule === undefined)
    return { action: 'ignore', reason: `No rule covers ${shown}; it stays for a person to judge`, rule: 'default' };
  return { action: rule.action, reason: `${shown} ${rule.because}`, rule: rule.rule };
}
