import { addDays, addMonths, countDays, lastDayOf, monthOf } from '../spend/calendar.ts';

type Days = { from: string; to: string };

/**
 * The period a window is compared with. `yoy`: the same days a year before. `prev`: of whole calendar months as many
 * months before; of days from the first of a month on the same days of the month before (as far as it has them); of
 * anything else as many days right before.
 */
export function comparedWindow({ from, to }: Days, how: 'prev' | 'yoy'): Days {
  const endsMonth = to === lastDayOf(monthOf(to));
  const startsMonth = from.endsWith('-01');
  const monthsBefore = (count: number): Days => {
    const last = addMonths(to, -count);
    return { from: addMonths(from, -count), to: startsMonth && endsMonth ? lastDayOf(monthOf(last)) : last };
  };
  if (how === 'yoy') return monthsBefore(12);
  if (startsMonth && endsMonth) return monthsBefore(countMonths(from, to));
  if (startsMonth && monthOf(from) === monthOf(to)) return monthsBefore(1);
  const days = countDays(from, to);
  return { from: addDays(from, -days), to: addDays(from, -1) };
}

function countMonths(from: string, to: string): number {
  const index = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
  return index(to) - index(from) + 1;
}
