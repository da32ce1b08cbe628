import type { SpendTags } from '../spend/spend-cell.ts';

/** What spending can be limited to. */
export const SPEND_DIMENSIONS = ['team', 'project', 'provider', 'model', 'purpose'] as const;

/** For each dimension the names to look at: all of a dimension that is absent or empty. */
export type SpendFilters = { readonly [Dimension in (typeof SPEND_DIMENSIONS)[number]]?: readonly string[] };

/** Whether spending with these tags is looked at. Names are taken exactly. */
export function passesFilters(tags: SpendTags, filters: SpendFilters = {}): boolean {
  return SPEND_DIMENSIONS.every((dimension) => {
    const names = filters[dimension] ?? [];
    return names.length === 0 || names.includes(tags[dimension]);
  });
}

/** Whether a budget is about what is looked at: without filters every one, else that of a team, project or purpose named. */
export function isScopeOf(scope: string, filters: SpendFilters = {}): boolean {
  if (SPEND_DIMENSIONS.every((dimension) => (filters[dimension] ?? []).length === 0)) return true;
  const [kind = ''] = scope.split(':', 1);
  const name = scope.slice(kind.length + 1);
  if (kind === 'team') return (filters.team ?? []).includes(name);
  if (kind === 'purpose') return (filters.purpose ?? []).includes(name);
  if (kind !== 'project') return false;
  return (filters.project ?? []).some((project) => name.endsWith(`/${project}`));
}
