import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { costInWindow, type SpentAmount } from './cost-in-window.ts';
import { findingKey } from './finding.ts';
import { openCircuits, type CircuitMemory, type CircuitState } from './open-circuits.ts';
import { rateLimitsInWindow } from './rate-limits-in-window.ts';

const window = { from: 0, until: 15 * 60_000 };

describe('cost', () => {
  const spent = (over: Partial<SpentAmount> = {}): SpentAmount => {
    return { ts: 1, nano: 1_000_000_000n, provider: 'openai', model: 'gpt', team: 'ops', project: 'a', ...over };
  };

  test('is found from the threshold on, with those who spent most', () => {
    const sum = costInWindow(window);
    sum.add(spent());
    sum.add(spent({ nano: 999_999_999n, model: 'mini', project: 'b' }));
    expect(sum.finding(2_000_000_000n)).toBeUndefined();
    sum.add(spent({ nano: 1n, project: 'b' }));
    expect(sum.finding(2_000_000_000n)).toEqual({
      kind: 'cost',
      spent_nano: 2_000_000_000n,
      threshold_nano: 2_000_000_000n,
      window_min: 15,
      models: [
        { name: 'openai/gpt', nano: 1_000_000_001n },
        { name: 'openai/mini', nano: 999_999_999n },
      ],
      projects: [
        { name: 'ops/a', nano: 1_000_000_000n },
        { name: 'ops/b', nano: 1_000_000_000n },
      ],
    });
  });

  test('outside of the window does not count, and a threshold of 0 means that nothing may be spent', () => {
    const sum = costInWindow(window);
    sum.add(spent({ ts: -1 }));
    sum.add(spent({ ts: window.until }));
    expect(sum.finding(0n)).toBeUndefined();
    sum.add(spent({ ts: 0, nano: 1n }));
    expect(sum.finding(0n)?.spent_nano).toBe(1n);
  });
});

describe('a burst of rate limits', () => {
  test('counts providers that answer too many requests, and nothing else', () => {
    const burst = rateLimitsInWindow(window);
    const limited = { ts: 1, type: 'llm_provider_error', reason: 'PROVIDER_RATE_LIMIT', provider: 'glm' };
    burst.add(limited);
    burst.add({ ...limited, type: 'llm_fail', provider: 'openai' });
    burst.add({ ...limited, provider: 'openai' });
    burst.add({ ...limited, provider: '' });
    for (const other of [
      { reason: 'RATE_LIMITED' },
      { reason: 'provider_rate_limit' },
      { type: 'llm_attempt' },
      { ts: -1 },
      { ts: window.until },
    ])
      burst.add({ ...limited, ...other });
    expect(burst.finding(5)).toBeUndefined();
    expect(burst.finding(4)).toEqual({
      kind: 'rate_limit_burst',
      count: 4,
      threshold: 4,
      window_min: 15,
      providers: [
        { name: 'openai', count: 2 },
        { name: 'glm', count: 1 },
      ],
    });
  });

  test('of nothing is none', () => expect(rateLimitsInWindow(window).finding(0)).toBeUndefined());
});

describe('an open circuit', () => {
  const NOW = 1_000_000;
  const closed = { fail_count: 0, first_fail_ts: 0, open_until: 0, opened_ts: 0, probe_until: 0, parked_until: 0 };
  const rule = (memory: ReadonlyMap<string, CircuitMemory> = new Map(), now = NOW) => {
    return { now, threshold_min: 5, fail_threshold: 5, window_s: 300, memory };
  };
  const circuit = (over: Partial<CircuitState>): CircuitState => ({ provider: 'openai', ...closed, ...over });
  const found = (over: Partial<CircuitState>) => openCircuits([circuit(over)], rule()).findings;

  test('is found when it was opened long enough ago', () => {
    const open = { fail_count: 5, open_until: NOW + 30, opened_ts: NOW - 300 };
    expect(found(open)).toEqual([
      { kind: 'breaker_open', provider: 'openai', since: NOW - 300, minutes: 5, threshold_min: 5 },
    ]);
    expect(found({ ...open, opened_ts: NOW - 299 })).toEqual([]);
  });

  test('is found although each failed probe opens it anew', () => {
    const failing = { fail_count: 8, first_fail_ts: NOW - 700, opened_ts: NOW - 60, open_until: NOW + 60 };
    expect(found(failing)).toMatchObject([{ since: NOW - 400, minutes: 6 }]);
    expect(found({ ...failing, first_fail_ts: NOW - 500 })).toEqual([]);
  });

  test('also when it only waits, or has no money', () => {
    expect(found({ opened_ts: NOW - 400, open_until: NOW + 1 })).toHaveLength(1);
    expect(found({ parked_until: NOW + 86_400 - 600 })).toMatchObject([{ minutes: 10 }]);
  });

  test('is none when it is closed, or may be probed right now', () => {
    expect(found({})).toEqual([]);
    expect(found({ fail_count: 4, first_fail_ts: NOW - 900 })).toEqual([]);
    expect(found({ opened_ts: NOW - 900, open_until: NOW })).toEqual([]);
    const idle = { fail_count: 5, first_fail_ts: NOW - 900, opened_ts: NOW - 900, open_until: NOW - 1 };
    expect(found(idle)).toEqual([]);
    expect(found({ ...idle, probe_until: NOW + 5 })).toHaveLength(1);
  });

  test('is remembered through openings one after the other', () => {
    const first = circuit({ fail_count: 5, first_fail_ts: NOW - 10, opened_ts: NOW, open_until: NOW + 120 });
    let { memory } = openCircuits([first], rule());
    for (let later = 125; later <= 250; later += 125) {
      const now = NOW + later;
      const again = { ...first, fail_count: first.fail_count + 1, opened_ts: now, open_until: now + 120 };
      ({ memory } = openCircuits([again], rule(memory, now)));
    }
    const last = { ...first, opened_ts: NOW + 250, open_until: NOW + 370 };
    expect(openCircuits([last], rule(memory, NOW + 300)).findings).toMatchObject([{ since: NOW, minutes: 5 }]);
    expect(openCircuits([last], rule(new Map(), NOW + 300)).findings).toEqual([]);
    const other = { ...last, first_fail_ts: NOW + 249 };
    expect(
      openCircuits([{ ...other, opened_ts: NOW + 280 }], rule(new Map(), NOW + 300)).memory.get('openai')?.since,
    ).toBe(NOW + 280);
  });

  test('waits that are extended are one, and a break ends the memory', () => {
    const waiting = circuit({ opened_ts: NOW, open_until: NOW + 200 });
    const { memory } = openCircuits([waiting], rule());
    const extended = circuit({ opened_ts: NOW + 150, open_until: NOW + 400 });
    expect(openCircuits([extended], rule(memory, NOW + 300)).findings).toMatchObject([{ since: NOW }]);
    expect(openCircuits([circuit({})], rule(memory, NOW + 250)).memory.size).toBe(0);
    const afterBreak = circuit({ opened_ts: NOW + 250, open_until: NOW + 600 });
    expect(openCircuits([afterBreak], rule(memory, NOW + 310)).findings).toEqual([]);
  });

  test('is never said to be open for longer than since its first failure or its opening, nor in the future', () => {
    const seconds = fc.integer({ min: NOW - 2000, max: NOW });
    fc.assert(
      fc.property(seconds, seconds, fc.nat(10), (one, other, fail_count) => {
        const [first_fail_ts, opened_ts] = [Math.min(one, other), Math.max(one, other)];
        const state = circuit({ fail_count, first_fail_ts, opened_ts, open_until: NOW + 60 });
        const since = openCircuits([state], rule()).memory.get('openai')?.since ?? NaN;
        expect(since).toBeGreaterThanOrEqual(Math.min(opened_ts, first_fail_ts + 300));
        expect(since).toBeLessThanOrEqual(opened_ts);
      }),
    );
  });

  test('has a key of its own for each provider', () => {
    const keys = openCircuits(
      ['glm', 'openai'].map((provider) => circuit({ provider, opened_ts: 1, open_until: NOW + 1 })),
      rule(),
    ).findings.map(findingKey);
    expect(keys).toEqual(['breaker_open:glm', 'breaker_open:openai']);
  });
});
