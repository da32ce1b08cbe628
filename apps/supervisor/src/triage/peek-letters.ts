import type { Park, ProblemReply } from '@nexus/contracts';
import type { LetterFilter } from '@nexus/task-queue';
import { readingCounts } from './letter-replies.ts';
import { letterView } from './letter-view.ts';
import { filterOf } from './move-orders.ts';
import type { TriagePorts } from './triage-ports.ts';

export type PeekQuery = LetterFilter & { limit: number; cursor?: string | undefined; reveal: boolean };

const invalidCursor: ProblemReply<'BAD_REQUEST'> = {
  problem: 'BAD_REQUEST',
  message: 'this cursor does not belong to this query; start again without a cursor',
};

/** A page of letters, oldest first. Changes nothing; whoever sees messages unmasked is in the audit log before he does. */
export async function peekLetters(ports: TriagePorts, park: Park, { query, by }: { query: PeekQuery; by: string }) {
  const { letters, policy, runbookBaseUrl } = ports;
  const { limit, cursor, reveal } = query;
  const page = await letters.page(park, { filter: filterOf(query), limit, cursor });
  if (page === 'invalid_cursor') return invalidCursor;
  if (reveal && page.letters.length > 0) await auditReveal(ports, { park, by, ids: page.letters.map(idOf) });
  const options = { policy, runbookBaseUrl, reveal, now: ports.now() };
  const items = page.letters.map((letter) => letterView(letter, options));
  const errors = page.letters.filter(({ envelope }) => envelope === undefined).length;
  const counts = readingCounts({ total: page.total, truncated: page.next_cursor !== null, errors });
  const body = { count: items.length, scanned: items.length, items, next_cursor: page.next_cursor, ...counts };
  return { status: 200 as const, body };
}

async function auditReveal(
  { letters, logger, parkLabels }: TriagePorts,
  { park, by, ids }: { park: Park; by: string; ids: string[] },
): Promise<void> {
  await letters.audit('LETTER_REVEAL', { by, park, ids: ids.join(','), count: String(ids.length) });
  const facts = { by, queue: parkLabels[park], count: ids.length, ids };
  logger.info('Letters shown unmasked', { event: 'LETTER_REVEAL', ...facts });
}

function idOf({ task_id }: { task_id: string }): string {
  return task_id;
}
