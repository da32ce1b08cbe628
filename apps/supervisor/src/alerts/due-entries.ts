import type { AlertEntry, AlertStream } from './alert-stream.ts';

const PAGE = 500;
const MOST_DUE = 200;

/**
 * The waiting alerts that are due, longest overdue first: old ones that keep failing must not stand before new ones. At
 * most 200; the rest is due at the next look. Rejects when the store is away.
 */
export async function dueEntries(
  stream: Pick<AlertStream, 'page'>,
  isDue: (entry: AlertEntry) => boolean,
): Promise<AlertEntry[]> {
  let due: AlertEntry[] = [];
  let page: AlertEntry[] = [];
  do {
    page = await stream.page(page.at(-1)?.id ?? '', PAGE);
    due = [...due, ...page.filter(isDue)].sort((one, other) => one.dueAt - other.dueAt).slice(0, MOST_DUE);
  } while (page.length === PAGE);
  return due;
}
