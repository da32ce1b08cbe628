import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, addMonths, countDays, createCalendar, daysFrom, isDay, lastDayOf, weekdayOf } from './calendar.ts';

const HOUR = 3_600_000;

describe('the calendar of a zone', () => {
  test.each([
    ['UTC', '2026-11-01', '2026-11-01T00:00:00Z', 24],
    ['Asia/Seoul', '2026-11-01', '2026-10-31T15:00:00Z', 24],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00Z', 23],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00Z', 25],
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00Z', 23],
    ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00Z', 24],
    ['Pacific/Pago_Pago', '2026-01-01', '2026-01-01T11:00:00Z', 24],
  ])('%s: %s begins at %s and has %i hours', (...row) => {
    const [zone, day, start, hours] = row;
    const calendar = createCalendar(zone);
    expect(new Date(calendar.startOf(day)).toISOString()).toBe(new Date(start).toISOString());
    expect(calendar.endOf(day) - calendar.startOf(day)).toBe(hours * HOUR);
    expect(calendar.dayOf(calendar.startOf(day))).toBe(day);
    expect(calendar.dayOf(calendar.startOf(day) - 1)).toBe(addDays(day, -1));
  });

  test('every instant lies in its day, in whatever order they are asked', () => {
    const zone = fc.constantFrom('UTC', 'Asia/Seoul', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe');
    const instants = fc.array(fc.integer({ min: 0, max: Date.parse('2100-01-01') }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(zone, instants, (name, list) => {
        const calendar = createCalendar(name);
        for (const instant of list) {
          const day = calendar.dayOf(instant);
          expect(calendar.startOf(day)).toBeLessThanOrEqual(instant);
          expect(calendar.endOf(day)).toBeGreaterThan(instant);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('UTC, which is not asked of the formatter, has the days of Etc/GMT, which are', () => {
    const [utc, asked] = [createCalendar('UTC'), createCalendar('Etc/GMT')];
    const instants = fc.integer({ min: 0, max: Date.parse('2100-01-01') });
    fc.assert(
      fc.property(instants, (instant) => {
        const day = utc.dayOf(instant);
        expect([day, utc.startOf(day), utc.endOf(day)]).toEqual([
          asked.dayOf(instant),
          asked.startOf(day),
          asked.endOf(day),
        ]);
      }),
      { numRuns: 60 },
    );
  });

  test('refuses a zone that does not exist', () => {
    expect(() => createCalendar('Mars/Olympus')).toThrow(RangeError);
  });
});

describe('days and months', () => {
  test('a day exists or does not', () => {
    expect(['2024-02-29', '1970-01-01', '2026-12-31'].every(isDay)).toBe(true);
    const wrong = ['2026-02-29', '2026-13-01', '2026-1-1', '20260101', '2026-11-31', '1969-12-31', '', '2026-11-01T00'];
    expect(wrong.filter(isDay)).toEqual([]);
  });

  test('counts, months and weekdays', () => {
    expect(daysFrom('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(daysFrom('2026-03-02', '2026-03-01')).toEqual([]);
    expect(countDays('2026-11-01', '2026-11-30')).toBe(30);
    expect([addMonths('2026-03-31', -1), addMonths('2024-02-29', -12), addMonths('2026-12-15', 1)]).toEqual([
      '2026-02-28',
      '2023-02-28',
      '2027-01-15',
    ]);
    expect([lastDayOf('2024-02'), lastDayOf('2026-12')]).toEqual(['2024-02-29', '2026-12-31']);
    expect(weekdayOf('2026-11-01')).toBe(0);
  });
});
