import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCalendar, daysFrom, weekdayOf } from '../spend/calendar.ts';
import { nanoOf } from './amount.ts';
import { backtest, bandOf, runRate, sameWeekday } from './forecast-methods.ts';
import { forecastMonth, historyWindow } from './forecast.ts';
import { dayCell, reportInput } from './testing/report-input.ts';

const calendar = createCalendar('UTC');
const USD = 1_000_000_000n;

function historyOf(from: string, to: string, costOf: (day: string) => bigint) {
  return daysFrom(from, to).map((day) => dayCell({ day, cost_nano: costOf(day) }));
}
const at = (instant: string) => Date.parse(instant);

describe('the forecast', () => {
  test('of equal days is their sum, without an error', () => {
    const input = reportInput({
      as_of: at('2026-11-16T00:00:00Z'),
      history: historyOf('2026-09-07', '2026-11-15', () => 2n * USD),
      budgets: [
        {
          ...{ scope: 'global', period: 'month', starts_at: 0, ends_at: 1, cap_nano: 90n * USD, soft_nano: null },
          ...{ spent_nano: 30n * USD, held_nano: 0n },
        },
      ],
    });
    expect(forecastMonth(input, calendar)).toMatchObject({
      state: 'forecast',
      history_days: 70,
      days_left: 15,
      spent_usd: '30',
      month_end_usd: '60',
      p10_usd: '60',
      p90_usd: '60',
      cap_usd: '90',
      methods: [
        { name: 'same_weekday', mape: 0 },
        { name: 'run_rate', mape: 0 },
      ],
    });
  });

  test('knows weekends', () => {
    const costOf = (day: string) => ([0, 6].includes(weekdayOf(day)) ? 1n : 5n) * USD;
    const input = reportInput({
      as_of: at('2026-11-21T00:00:00Z'),
      history: historyOf('2026-09-12', '2026-11-20', costOf),
    });
    const { chosen, month_end_usd, methods } = forecastMonth(input, calendar);
    const truth = daysFrom('2026-11-01', '2026-11-30').reduce((sum, day) => sum + costOf(day), 0n);
    expect(chosen).toBe('same_weekday');
    expect(nanoOf(month_end_usd ?? '0')).toBe(truth);
    expect(methods[0]?.mape).toBe(0);
    expect(methods[1]?.mape).toBeGreaterThan(0.01);
  });

  test('a day under way costs at least what it cost already', () => {
    const history = [
      ...historyOf('2026-09-12', '2026-11-28', () => USD),
      dayCell({ day: '2026-11-29', cost_nano: 9n * USD }),
    ];
    const { spent_usd, month_end_usd, days_left } = forecastMonth(
      reportInput({ as_of: at('2026-11-29T06:00:00Z'), history }),
      calendar,
    );
    expect({ spent_usd, month_end_usd, days_left }).toEqual({ spent_usd: '37', month_end_usd: '38', days_left: 2 });
  });

  test('says when there is too little history, first for a forecast and then for its band', () => {
    const of = (from: string) =>
      forecastMonth(
        reportInput({ as_of: at('2026-11-11T00:00:00Z'), history: historyOf(from, '2026-11-10', () => USD) }),
        calendar,
      );
    expect(of('2026-11-05')).toMatchObject({ state: 'too_little_history', month_end_usd: null, history_days: 6 });
    expect(of('2026-11-04')).toMatchObject({ state: 'no_band', month_end_usd: '27', p10_usd: null, backtest: null });
    const { needed_days } = of('2026-11-04');
    const first = daysFrom('2026-09-01', '2026-11-10').at(-needed_days.band) ?? '';
    expect(of(first)).toMatchObject({ state: 'forecast', backtest: { origins: 8 } });
    const later = daysFrom('2026-09-01', '2026-11-10').at(1 - needed_days.band) ?? '';
    expect(of(later)).toMatchObject({ state: 'no_band' });
  });

  test('nothing is left to foretell of a complete month', () => {
    const history = historyOf('2026-09-22', '2026-11-30', () => USD);
    expect(forecastMonth(reportInput({ history }), calendar)).toMatchObject({
      state: 'month_complete',
      month: '2026-11',
      spent_usd: '30',
      days: [],
    });
  });

  test('lies inside its band, for any history', () => {
    const costs = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 45, maxLength: 45 });
    fc.assert(
      fc.property(costs, (list) => {
        let index = 0;
        const history = historyOf('2026-10-01', '2026-11-14', () => BigInt(list[index++] ?? 0) * 1_000_000n);
        const { days, state } = forecastMonth(reportInput({ as_of: at('2026-11-15T00:00:00Z'), history }), calendar);
        if (state !== 'forecast') return;
        for (const { expected_usd, p10_usd, p90_usd } of days.filter((day) => day.expected_usd !== null)) {
          expect(nanoOf(p10_usd ?? 'x')).toBeLessThanOrEqual(nanoOf(expected_usd ?? 'x'));
          expect(nanoOf(p90_usd ?? 'x')).toBeGreaterThanOrEqual(nanoOf(expected_usd ?? 'x'));
        }
      }),
    );
  });

  test('its history ends with the day it is made on', () => {
    expect(historyWindow(at('2026-11-16T00:00:00Z'), calendar)).toEqual({ from: '2026-09-06', to: '2026-11-15' });
  });
});

describe('the methods', () => {
  const series = daysFrom('2026-10-01', '2026-10-28').map((day, index) => ({ day, cost: index }));

  test('same weekday: the average of its last four', () => {
    expect(sameWeekday(series, ['2026-10-29'])).toEqual([(0 + 7 + 14 + 21) / 4]);
  });

  test('run rate: the month so far, at least a week', () => {
    expect(runRate(series, ['2026-10-29', '2026-10-30'])).toEqual([13.5, 13.5]);
    expect(runRate(series, ['2026-11-01'])).toEqual([24]);
  });

  test('the back-test uses nothing that was not known then', () => {
    const seen: number[] = [];
    backtest(
      (known, days) => {
        seen.push(known.length);
        expect((known.at(-1)?.day ?? '') < (days[0] ?? '')).toBe(true);
        return days.map(() => 1);
      },
      series,
      { learned: 14, horizon: 10 },
    );
    expect(seen).toEqual([14, 15, 16, 17, 18]);
  });

  test('the band has the tenth and the ninetieth hundredth', () => {
    const ratios = Array.from({ length: 100 }, (_, index) => 0.505 + index / 100);
    const { low, high } = bandOf(ratios);
    expect([low.toFixed(2), high.toFixed(2)]).toEqual(['0.60', '1.40']);
  });
});
