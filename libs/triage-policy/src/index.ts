export { defaultTriagePolicy, TRIAGE_ACTIONS } from './policy.ts';
export type { TriageAction, TriagePolicy } from './policy.ts';
export { decide } from './decide.ts';
export type { TriageDecision, TriageLetter } from './decide.ts';
export { runbookFor } from './runbook.ts';
