import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noSpend, type HourCell } from '../spend/spend-cell.ts';
import { explain } from './explain.ts';
import { bucketsOf, kindOfScope, scopesOf } from './spend-series.ts';

const HOUR = 1_767_571_200;

function cell(over: Partial<HourCell> & { usd: number }): HourCell {
  const { usd, ...rest } = over;
  return {
    ...noSpend,
    hour: HOUR,
    provider: 'openai',
    model: 'gpt',
    purpose: 'ops',
    team: 'red',
    project: 'one',
    calls: 10,
    ...rest,
    cost_nano: BigInt(Math.round(usd * 1e9)),
  };
}

const earlier = (weeks: number, cells: HourCell[]) => cells.map((each) => ({ ...each, hour: HOUR - weeks * 604_800 }));

describe('scopes', () => {
  test('a cell counts for everything it is part of, and cells of other hours do not', () => {
    expect(scopesOf(cell({ usd: 1 }))).toEqual([
      'total',
      'provider:openai',
      'model:openai/gpt',
      'purpose:ops',
      'team:red',
      'project:red/one',
    ]);
    const buckets = bucketsOf([cell({ usd: 1 }), cell({ usd: 2, team: 'blue' }), cell({ usd: 9, hour: 0 })], HOUR);
    expect(buckets.get('total')).toEqual({ hour: HOUR, usd: 3, calls: 20 });
    expect(buckets.get('team:red')).toEqual({ hour: HOUR, usd: 1, calls: 10 });
  });

  test('have kinds of bounded number', () => {
    expect(kindOfScope('project:a/b')).toBe('project');
    expect(kindOfScope('total')).toBe('total');
    expect(kindOfScope('__proto__:x')).toBe('total');
  });
});

describe('an explanation', () => {
  const usual = [cell({ usd: 10 }), cell({ usd: 5, team: 'blue', project: 'two', model: 'mini' })];
  const comparable = [1, 2, 3].map((weeks) => earlier(weeks, usual));

  test('names who contributes, the part rather than the whole that it explains', () => {
    const cells = [cell({ usd: 12 }), cell({ usd: 45, team: 'blue', project: 'two', model: 'mini', purpose: 'batch' })];
    const { usd, expected, difference, contributors } = explain('total', { hour: HOUR, cells, comparable });
    expect([usd, expected, difference]).toEqual([57, 15, 42]);
    expect(contributors.map(({ scope, difference: by }) => [scope, by])).toEqual([
      ['purpose:batch', 45],
      ['model:openai/mini', 40],
      ['project:blue/two', 40],
    ]);
    const within = explain('team:blue', { hour: HOUR, cells, comparable });
    expect(within.contributors.map(({ scope }) => scope)).toEqual([
      'purpose:batch',
      'model:openai/mini',
      'project:blue/two',
    ]);
    expect(within.difference).toBe(40);
  });

  test('tells more calls from dearer ones', () => {
    const more = explain('total', { hour: HOUR, cells: [cell({ usd: 45, calls: 60 })], comparable });
    expect(more).toMatchObject({ difference: 30, volume: 30, price: 0, calls: 60, expected_calls: 20 });
    const dearer = explain('total', { hour: HOUR, cells: [cell({ usd: 45, calls: 20 })], comparable });
    expect(dearer).toMatchObject({ difference: 30, volume: 0, price: 30 });
  });

  test('of an outage names what is missing', () => {
    const { difference, volume, contributors } = explain('total', { hour: HOUR, cells: [], comparable });
    expect([difference, volume]).toEqual([-15, -15]);
    expect(contributors[0]).toMatchObject({ scope: 'provider:openai', difference: -15 });
  });

  test('of something new is all volume', () => {
    const fresh = explain('total', { hour: HOUR, cells: [cell({ usd: 4 })], comparable: [[], []] });
    expect(fresh).toMatchObject({ expected: 0, volume: 4, price: 0 });
  });

  test('volume and price add up to the difference', () => {
    const cells = fc.array(
      fc.record({ usd: fc.integer({ min: 0, max: 1000 }), calls: fc.nat(50), team: fc.constantFrom('a', 'b') }),
    );
    fc.assert(
      fc.property(cells, cells, (now, before) => {
        const { difference, volume, price, contributors } = explain('total', {
          hour: HOUR,
          cells: now.map(cell),
          comparable: [earlier(1, before.map(cell))],
        });
        expect(volume + price).toBeCloseTo(difference, 6);
        expect(contributors.length).toBeLessThanOrEqual(3);
        for (const each of contributors) expect(Math.sign(each.difference)).toBe(Math.sign(difference));
      }),
    );
  });
});
