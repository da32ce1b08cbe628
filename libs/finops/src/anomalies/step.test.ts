import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from './backtest/seeded-random.ts';
import { defaultDetectorOptions } from './detector-options.ts';
import type { EpisodeEvent } from './episode.ts';
import { HISTORY_HOURS, HOUR_SECONDS } from './spend-series.ts';
import { newSeries, standingOfSeries, step, type SeriesState, type StepOptions } from './step.ts';

/** Monday, 2026-01-05, midnight UTC. */
const MONDAY = 1_767_571_200;
const at = (hours: number) => MONDAY + hours * HOUR_SECONDS;

/** An ordinary hour: more by day than by night, less on weekends, some noise. */
function ordinary(hours: number): number {
  const day = Math.floor(hours / 24) % 7;
  const hill = hours % 24 >= 8 && hours % 24 < 20 ? 10 : 4;
  return hill * (day >= 5 ? 0.5 : 1) * seededRandom(hours).logNormal(0.1);
}

type Told = EpisodeEvent & { at: number };

/** Runs hours `from` to `until` through the detector; `spend` says what is other than ordinary. */
function run(
  state: SeriesState,
  [from, until]: [number, number],
  spend: { usual?: (hours: number) => number; options?: StepOptions } = {},
): { state: SeriesState; told: Told[] } {
  const told: Told[] = [];
  let now = state;
  for (let hours = from; hours < until; hours += 1) {
    const usd = (spend.usual ?? ordinary)(hours);
    const next = step(now, { hour: at(hours), usd, calls: 1 }, spend.options);
    now = next.state;
    told.push(...next.events.map((event) => ({ ...event, at: hours })));
  }
  return { state: now, told };
}

const DAYS_28 = 28 * 24;
const trained = run(newSeries('team:ops'), [0, DAYS_28]).state;
const types = (told: readonly Told[]) => told.map(({ type, at: hours }) => [type, hours - DAYS_28]);

test('ordinary weeks are silent', () => {
  expect(run(trained, [DAYS_28, DAYS_28 + 8 * 168]).told).toEqual([]);
  expect(standingOfSeries(trained)).toBe('quiet');
});

describe('a spike', () => {
  const wild = (hours: number) => ordinary(hours) * (hours >= DAYS_28 + 3 && hours < DAYS_28 + 6 ? 8 : 1);

  test('is told in its first hour, grows, and is over after two clean hours: one episode, one id', () => {
    const { told, state } = run(trained, [DAYS_28, DAYS_28 + 24], { usual: wild });
    expect(types(told)).toEqual([
      ['opened', 3],
      ['grew', 4],
      ['resolved', 7],
    ]);
    expect(new Set(told.map(({ episode }) => episode.id))).toEqual(new Set([`${at(DAYS_28 + 3)}:team:ops`]));
    expect(told[0]?.episode).toMatchObject({ scope: 'team:ops', kind: 'spike', state: 'open', from: at(DAYS_28 + 3) });
    expect(told[2]?.episode).toMatchObject({ state: 'resolved', buckets: 3, last: at(DAYS_28 + 5) });
    expect(state.episode).toBeUndefined();
  });

  test('says what was expected, the band, and what it has cost in all', () => {
    const [opened] = run(trained, [DAYS_28, DAYS_28 + 4], { usual: wild }).told;
    const { expected = 0, low = 0, high = 0, usd = 0, impact } = opened?.episode ?? {};
    expect(expected).toBeGreaterThan(3.5);
    expect(expected).toBeLessThan(4.5);
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected * 1.5);
    expect(usd).toBeGreaterThan(high);
    expect(impact).toBeCloseTo(usd - expected, 9);
  });

  test('of less than the minimum, or of less than half, is none', () => {
    const cents = run(newSeries('team:ops'), [0, DAYS_28], { usual: (hours) => ordinary(hours) / 100 }).state;
    expect(run(cents, [DAYS_28, DAYS_28 + 24], { usual: (hours) => wild(hours) / 100 }).told).toEqual([]);
    const flat = run(newSeries('team:ops'), [0, DAYS_28], { usual: () => 100 }).state;
    const small = (hours: number) => (hours === DAYS_28 + 3 ? 149 : 100);
    const least = { detector: { ...defaultDetectorOptions, score: 1 } };
    expect(run(flat, [DAYS_28, DAYS_28 + 24], { usual: small, options: least }).told).toEqual([]);
    const enough = (hours: number) => (hours === DAYS_28 + 3 ? 151 : 100);
    expect(run(flat, [DAYS_28, DAYS_28 + 24], { usual: enough, options: least }).told).toHaveLength(2);
  });

  test('is seen before its hour is over, and its final sum takes the place of the first', () => {
    const { state: before } = run(trained, [DAYS_28, DAYS_28 + 3]);
    const hour = at(DAYS_28 + 3);
    const early = step(before, { hour, usd: 20, calls: 1 }, { partial: true });
    expect(early.events.map(({ type }) => type)).toEqual(['opened']);
    expect(early.state.hour).toBe(before.hour);
    expect(step(early.state, { hour, usd: 25, calls: 1 }, { partial: true }).events).toEqual([]);
    const whole = step(early.state, { hour, usd: 30, calls: 1 });
    expect(whole.events).toEqual([]);
    expect(whole.state.episode).toMatchObject({ id: `${hour}:team:ops`, buckets: 1, usd: 30 });
    expect(whole.state.episode?.impact).toBeCloseTo(30 - (whole.state.episode?.expected ?? 0), 9);
    expect(step(before, { hour, usd: 2, calls: 1 }, { partial: true })).toEqual({ state: before, events: [] });
  });
});

test('a job that runs at the same hour of every day or week is none', () => {
  const nightly = (hours: number) => (hours % 24 === 3 ? 40 : 0.1);
  const weekly = (hours: number) => (hours % 168 === 50 ? 40 : 0.1);
  for (const usual of [nightly, weekly]) {
    const { state } = run(newSeries('project:ops/batch'), [0, DAYS_28], { usual });
    expect(run(state, [DAYS_28, DAYS_28 + 4 * 168], { usual }).told).toEqual([]);
    const off = run(state, [DAYS_28, DAYS_28 + 60], { usual: (hours) => (hours === DAYS_28 + 55 ? 40 : usual(hours)) });
    expect(off.told.map(({ type }) => type)).toEqual(['opened', 'resolved']);
  }
});

describe('an outage', () => {
  const silent = (hours: number) => (hours >= DAYS_28 + 10 && hours < DAYS_28 + 20 ? 0 : ordinary(hours));

  test('is told when so many empty hours cannot be chance, from its first hour, and resolved when spend is back', () => {
    const { told } = run(trained, [DAYS_28, DAYS_28 + 30], { usual: silent });
    expect(types(told).filter(([type]) => type !== 'grew')).toEqual([
      ['opened', 13],
      ['resolved', 21],
    ]);
    expect(told[0]?.episode).toMatchObject({ kind: 'outage', from: at(DAYS_28 + 10), usd: 0 });
    expect(told[0]?.episode.impact).toBeLessThan(-30);
    const usual = Array.from({ length: 10 }, (_, index) => ordinary(DAYS_28 + 10 + index)).reduce(
      (sum, usd) => sum + usd,
    );
    expect(-(told.at(-1)?.episode.impact ?? 0) / usual).toBeCloseTo(1, 0);
  });

  test('hours that were left out count as empty', () => {
    const { state } = run(trained, [DAYS_28, DAYS_28 + 10]);
    const { events } = step(state, { hour: at(DAYS_28 + 20), usd: 10, calls: 1 });
    expect(events[0]).toMatchObject({ type: 'opened', episode: { kind: 'outage', from: at(DAYS_28 + 10) } });
  });

  test('nights and weekends that are always empty are none', () => {
    const office = (hours: number) => {
      const works = Math.floor(hours / 24) % 7 < 5 && hours % 24 >= 9 && hours % 24 < 18;
      return works ? ordinary(hours) : 0;
    };
    const { state } = run(newSeries('team:ops'), [0, DAYS_28], { usual: office });
    expect(run(state, [DAYS_28, DAYS_28 + 3 * 168], { usual: office }).told).toEqual([]);
  });

  test('a scope that is gone is told once, and after a week it is how things are', () => {
    const { told } = run(trained, [DAYS_28, DAYS_28 + 6 * 168], { usual: () => 0 });
    expect(told.map(({ type }) => type).filter((type) => type !== 'grew')).toEqual(['opened', 'resolved']);
  });

  test('after more than four weeks everything begins anew', () => {
    const { state: out } = run(trained, [DAYS_28, DAYS_28 + 10], { usual: () => 0 });
    const later = step(out, { hour: at(DAYS_28 + 9 + HISTORY_HOURS + 1), usd: 10, calls: 1 });
    expect(later.events.map(({ type }) => type)).toEqual(['resolved']);
    expect(later.state.usd).toEqual([10]);
    expect(standingOfSeries(later.state)).toBe('warming');
  });
});

describe('warming', () => {
  test('tells only what is more than three times the highest hour, and nothing on the first day', () => {
    const first = run(newSeries('total'), [0, 23]).state;
    expect(standingOfSeries(first)).toBe('warming');
    expect(step(first, { hour: at(23), usd: 500, calls: 1 }).events).toEqual([]);
    const second = run(first, [23, 30]).state;
    const highest = Math.max(...second.usd);
    expect(step(second, { hour: at(30), usd: 3 * highest, calls: 1 }).events).toEqual([]);
    expect(step(second, { hour: at(30), usd: 3 * highest + 0.1, calls: 1 }).events).toHaveLength(1);
  });

  test('knows no outages, and nothing is known of a scope without any spend', () => {
    expect(run(newSeries('total'), [0, 300], { usual: (hours) => (hours < 200 ? 10 : 0) }).told).toEqual([]);
    const empty = run(newSeries('total'), [0, 100], { usual: () => 0 }).state;
    expect(step(empty, { hour: at(100), usd: 50, calls: 1 }).events).toEqual([]);
  });
});

describe('what is planned', () => {
  const wild = (hours: number) => ordinary(hours) * (hours >= DAYS_28 + 3 && hours < DAYS_28 + 12 ? 8 : 1);

  test('is muted, and told when the plan ends and it goes on', () => {
    const planned = run(trained, [DAYS_28, DAYS_28 + 8], { usual: wild, options: { planned: true } });
    expect(planned.told.map(({ type }) => type)).toEqual(['muted']);
    expect(standingOfSeries(planned.state)).toBe('muted');
    const after = run(planned.state, [DAYS_28 + 8, DAYS_28 + 20], { usual: wild });
    expect(after.told.map(({ type }) => type).filter((type) => type !== 'grew')).toEqual(['opened', 'resolved']);
  });

  test('may be planned while it goes on', () => {
    const open = run(trained, [DAYS_28, DAYS_28 + 5], { usual: wild });
    const { told } = run(open.state, [DAYS_28 + 5, DAYS_28 + 8], { usual: wild, options: { planned: true } });
    expect(told.map(({ type }) => type)).toEqual(['muted']);
  });
});

test('weekends are those of the zone', () => {
  // In Seoul the weekend begins nine hours earlier; an hour of UTC's Friday evening is Saturday there.
  const seoul = 9 * HOUR_SECONDS;
  const shop = (hours: number) => (Math.floor((hours + 9) / 24) % 7 < 5 ? 2 : 40);
  const options = { detector: { ...defaultDetectorOptions, zone_offset_s: seoul } };
  const { state } = run(newSeries('total'), [0, DAYS_28], { usual: shop, options });
  expect(run(state, [DAYS_28, DAYS_28 + 2 * 168], { usual: shop, options }).told).toEqual([]);
});

describe('laws', () => {
  const series = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 60 });

  test('an hour that was seen changes nothing, however often it comes again', () => {
    fc.assert(
      fc.property(series, fc.nat(80), (values, back) => {
        const { state } = run(trained, [DAYS_28, DAYS_28 + values.length], {
          usual: (hours) => values[hours - DAYS_28] ?? 0,
        });
        const again = { hour: at(DAYS_28 + values.length - 1 - back), usd: 999, calls: 1 };
        expect(step(state, again)).toEqual({ state, events: [] });
      }),
    );
  });

  test('every episode is opened once and resolved once, in this order, and the state survives JSON', () => {
    fc.assert(
      fc.property(series, (values) => {
        let state = trained;
        const told: EpisodeEvent[] = [];
        for (const [index, usd] of [...values, ...Array<number>(400).fill(0)].entries()) {
          const next = step(state, { hour: at(DAYS_28 + index), usd, calls: 1 });
          const revived = JSON.parse(JSON.stringify(state)) as SeriesState;
          if (index < 3)
            expect(
              step({ ...revived, episode: revived.episode }, { hour: at(DAYS_28 + index), usd, calls: 1 }),
            ).toEqual(next);
          state = next.state;
          told.push(...next.events);
        }
        const open = new Set<string>();
        const seen = new Set<string>();
        for (const { type, episode } of told) {
          if (type === 'opened') {
            expect(seen.has(episode.id)).toBe(false);
            seen.add(episode.id);
            open.add(episode.id);
          } else {
            expect(open.has(episode.id)).toBe(true);
            if (type === 'resolved') open.delete(episode.id);
          }
        }
        expect(open.size).toBe(0);
        expect(state.usd.length).toBeLessThanOrEqual(HISTORY_HOURS);
      }),
      { numRuns: 40 },
    );
  });

  test('dearer is never less anomalous: a bucket above an anomalous one is anomalous', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (one, other) => {
          const [low, high] = [Math.min(one, other), Math.max(one, other)];
          const opens = (usd: number) => step(trained, { hour: at(DAYS_28), usd, calls: 1 }).events.length > 0;
          expect(opens(low) && !opens(high)).toBe(false);
        },
      ),
    );
  });
});
