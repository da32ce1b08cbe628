import type { BudgetTags } from './ledger.ts';

/** The scopes a call is counted in, the outermost first: everything, team, project, purpose and the caller's key. */
export function budgetScopes({ team, project, purpose }: BudgetTags, key?: string): string[] {
  const scopes = ['global', `team:${team}`, projectScope(team, project), `purpose:${purpose}`];
  return key === undefined ? scopes : [...scopes, `key:${key}`];
}

/** A `/` in the name of a team is written `%2F`, so that no two projects share a scope. */
export function projectScope(team: string, project: string): string {
  return `project:${team.replaceAll('%', '%25').replaceAll('/', '%2F')}/${project}`;
}

const SCOPE = /^(global|(team|purpose|key):.{1,64}|project:[^/]{1,192}\/.{1,64})$/su;

/** Whether a text names a scope that a cap can be set for. */
export function isBudgetScope(text: string): boolean {
  return SCOPE.test(text);
}
