import { setTimeout as wait } from 'node:timers/promises';

/** A BullMQ queue or worker. */
export type Closable = { close(): Promise<void>; disconnect(): Promise<void> };

/**
 * Closes what BullMQ opened. Its close waits for Redis; when the time is over, the connections are cut instead: what is
 * lost with them is delivered again when Redis is back. Never rejects.
 */
export async function closeWithin(
  milliseconds: number,
  closables: Closable[],
  onError: (error: unknown) => void,
): Promise<void> {
  const giveUp = new AbortController();
  const closed = Promise.all(closables.map((each) => each.close())).then(() => 'closed', onError);
  const late = wait(milliseconds, 'late', { signal: giveUp.signal }).catch(() => 'closed');
  const outcome = await Promise.race([closed, late]);
  giveUp.abort();
  if (outcome !== 'late') return;
  for (const each of closables) each.disconnect().catch(onError);
}
