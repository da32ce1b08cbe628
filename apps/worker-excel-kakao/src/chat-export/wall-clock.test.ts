import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dayNumber, dayOf, instantOf, isTimeZone, secondsOfDay, startOfDay } from './wall-clock.ts';

describe('wall clock', () => {
  test.each([
    [2026, 13, 45],
    [2026, 2, 29],
    [2026, 0, 1],
    [2026, 1, 0],
    [1969, 12, 31],
    [2106, 1, 1],
  ])(
    // prettier-ignore
    'there is no day %i-%i-%i',
    (year, month, day) => {
      expect(dayNumber(year, month, day)).toBeUndefined();
    },
  );

  test('days are counted as the calendar does', () => {
    const anyDay = fc.date({ min: new Date('1970-01-01'), max: new Date('2105-12-31T23:59:59Z'), noInvalidDate: true });
    fc.assert(
      fc.property(anyDay, (date) => {
        const day = dayNumber(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
        expect(day).toBe(Math.floor(date.getTime() / 86_400_000));
        expect(dayOf(startOfDay(day ?? 0))).toBe(day);
      }),
    );
  });

  test('12-hour and 24-hour clocks', () => {
    expect(secondsOfDay(12, 5, { meridiem: 'am' })).toBe(300);
    expect(secondsOfDay(12, 5, { meridiem: 'pm' })).toBe(43_500);
    expect(secondsOfDay(0, 5, { meridiem: 'am' })).toBe(300);
    expect(secondsOfDay(23, 59, { meridiem: undefined, second: 59 })).toBe(86_399);
    expect(secondsOfDay(24, 0, { meridiem: undefined })).toBeUndefined();
    expect(secondsOfDay(13, 0, { meridiem: 'pm' })).toBeUndefined();
    expect(secondsOfDay(1, 60, { meridiem: 'pm' })).toBeUndefined();
  });

  test.each([
    ['Asia/Seoul', '2026-11-20T18:03:22Z', '2026-11-20T09:03:22Z'],
    ['America/New_York', '2026-07-01T08:00:00Z', '2026-07-01T12:00:00Z'],
    ['America/New_York', '2026-01-01T08:00:00Z', '2026-01-01T13:00:00Z'],
    ['UTC', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
  ])('in %s a clock showing %s means %s', (zone, shown, instant) => {
    expect(instantOf(Date.parse(shown) / 1000, zone)).toEqual(new Date(instant));
  });

  test('knows time zones', () => {
    expect(isTimeZone('Asia/Seoul')).toBe(true);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
    expect(isTimeZone('')).toBe(false);
  });
});
