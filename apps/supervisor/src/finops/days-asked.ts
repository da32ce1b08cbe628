import type { ProblemReply } from '@nexus/contracts';
import { countDays, monthOf, type Calendar } from '@nexus/finops';

export type DaysAsked = { from: string; to: string };

/** Ten years: more would ask the store for thousands of days. */
const MOST_DAYS = 3660;

/** The calendar days of a request; today, and the first of its month, where they are left out. */
export function daysAsked(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  calendar: Calendar,
  now: number,
): DaysAsked | ProblemReply<'BAD_REQUEST'> {
  const last = to ?? laterOf(from, calendar.dayOf(now));
  const first = from ?? `${monthOf(last)}-01`;
  if (first > last) return bad(`from ${first} lies after to ${last}; swap them`);
  if (countDays(first, last) > MOST_DAYS) return bad(`${first} to ${last} are more than ten years; ask for less`);
  return { from: first, to: last };
}

function laterOf(day: string | undefined, today: string): string {
  return day !== undefined && day > today ? day : today;
}

function bad(message: string): ProblemReply<'BAD_REQUEST'> {
  return { problem: 'BAD_REQUEST', message };
}
