import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dedupeKey, dedupeSeconds, type DedupeParts } from './dedupe-key.ts';

const parts: DedupeParts = {
  team: 'ops',
  project: 'nexus',
  purpose: 'extract',
  request: { messages: [{ role: 'user', content: '주문 내역을 정리해 줘' }], temperature: 0, max_tokens: 100 },
};

describe('the key', () => {
  test('is 64 hexadecimal digits and the same for equal requests in any order of members', () => {
    const { team, project, purpose, request } = parts;
    const { messages, temperature, max_tokens } = request;
    const turned = { request: { max_tokens, temperature, messages, stop: undefined }, purpose, project, team };
    expect(dedupeKey(parts)).toMatch(/^[0-9a-f]{64}$/);
    expect(dedupeKey(turned)).toBe(dedupeKey(parts));
  });

  test.each<[string, DedupeParts]>([
    ['team', { ...parts, team: 'hr' }],
    ['project', { ...parts, project: 'other' }],
    ['purpose', { ...parts, purpose: 'schema_repair' }],
    ['provider override', { ...parts, provider: 'openai' }],
    ['model override', { ...parts, model: 'small' }],
    ['wish for an answer nobody repaired', { ...parts, strict: true }],
    ['temperature', { ...parts, request: { ...parts.request, temperature: 0.1 } }],
    ['max tokens', { ...parts, request: { ...parts.request, max_tokens: 101 } }],
    ['schema', { ...parts, request: { ...parts.request, schema: { name: 'a', schema: { type: 'object' } } } }],
    [
      'role',
      { ...parts, request: { ...parts.request, messages: [{ role: 'system', content: '주문 내역을 정리해 줘' }] } },
    ],
  ])('changes with the %s', (_name, other) => {
    expect(dedupeKey(other)).not.toBe(dedupeKey(parts));
  });

  test('two prompts that differ anywhere have different keys, however long their common beginning', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 0, max: 20_000 }), (left, right, length) => {
        fc.pre(left !== right);
        const keys = [left, right].map((end) =>
          dedupeKey({
            ...parts,
            request: { ...parts.request, messages: [{ role: 'user', content: '가'.repeat(length) + end }] },
          }),
        );
        expect(keys[0]).not.toBe(keys[1]);
      }),
      { numRuns: 50 },
    );
  });

  test('parts do not run into each other', () => {
    expect(dedupeKey({ ...parts, team: 'a', project: 'bc' })).not.toBe(
      dedupeKey({ ...parts, team: 'ab', project: 'c' }),
    );
  });
});

describe('the time to live', () => {
  const settings = { enabled: true, ttlSeconds: 30, ttlByPurpose: new Map([['ops', 15]]) };
  const withDefault = { ...settings, ttlByPurpose: new Map([...settings.ttlByPurpose, ['default', 20]]) };

  test('call → purpose → default → setting', () => {
    expect(dedupeSeconds(settings, 'ops', { cacheTtlSeconds: 5 })).toBe(5);
    expect(dedupeSeconds(settings, 'ops', { cacheTtlSeconds: 0 })).toBe(0);
    expect(dedupeSeconds(withDefault, 'ops')).toBe(15);
    expect(dedupeSeconds(withDefault, 'other')).toBe(20);
    expect(dedupeSeconds(settings, 'constructor')).toBe(30);
  });

  test('nothing is kept where dedupe is off', () => {
    expect(dedupeSeconds({ ...settings, enabled: false }, 'ops', { cacheTtlSeconds: 5 })).toBe(0);
  });
});
