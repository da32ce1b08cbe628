/** The instant of an entry's id, in ms since 1970. */
export function instantOf(id: string): number {
  return Number(id.split('-')[0]);
}

/** Whether an entry stands no later in its stream than another. */
export function isAtMost(id: string, last: string): boolean {
  const [ms = '', number = ''] = id.split('-');
  const [lastMs = '', lastNumber = ''] = last.split('-');
  return Number(ms) - Number(lastMs) < 0 || (ms === lastMs && Number(number) <= Number(lastNumber));
}
