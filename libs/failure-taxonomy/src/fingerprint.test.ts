import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprint, normalizeMessage } from './fingerprint.ts';

describe('normalised messages', () => {
  test.each([
    ['task 3f2504e0-4f89-41d3-9a0c-0305e82c3301 failed', 'task <id> failed'],
    ['file_9f86d081884c7d659a2f is gone', '<id> is gone'],
    ["ENOENT: no such file or directory, open '/var/lib/a/b.txt'", 'ENOENT: no such file or directory, open <value>'],
    ['cannot read /var/lib/nexus/files/a.txt now', 'cannot read <path> now'],
    ['cannot read C:\\data\\a.txt now', 'cannot read <path> now'],
    ['at libs/runtime/src/mask.ts:12:3', 'at <path>:<n>:<n>'],
    [
      'no answer from https://api.openai.com/v1/chat?x=1 after 30s',
      'no answer from https://api.openai.com after <duration>',
    ],
    ['connect ECONNREFUSED 127.0.0.1:6379', 'connect ECONNREFUSED <ip>:<n>'],
    ['late since 2026-11-22T18:16:37.123Z', 'late since <time>'],
    ['expected "members" at $.a[3]', 'expected <value> at $.a[<n>]'],
    ["can't parse what the client didn't send", "can't parse what the client didn't send"],
    ['3번째 줄의 금액 1,234원이 올바르지 않습니다', '<n>번째 줄의 금액 <n>원이 올바르지 않습니다'],
    ['30초 안에 응답이 없습니다', '<duration> 안에 응답이 없습니다'],
    ['mail to kim@example.co.kr refused', 'mail to <email> refused'],
    ['code 0xDEADBEEF', 'code <id>'],
    ['  many \n spaces ', 'many spaces'],
  ])('%s', (message, text) => {
    expect(normalizeMessage(message)).toBe(text);
  });
});

const templates: readonly ((values: Values) => string)[] = [
  ({ id, count }) => `task ${id} failed after ${count} attempts`,
  ({ count, seconds }) => `no answer within ${seconds}s (attempt ${count})`,
  ({ name }) => `sheet "${name}" is missing`,
  ({ path, count }) => `cannot open ${path}, line ${count}`,
  ({ id }) => `작업 ${id}을(를) 찾을 수 없습니다`,
  ({ count }) => `${count}번째 줄을 해석할 수 없습니다`,
  ({ hex }) => `hash mismatch: ${hex}`,
  ({ instant }) => `token expired at ${instant}`,
];

type Values = { id: string; count: number; seconds: number; name: string; path: string; hex: string; instant: string };

const values: fc.Arbitrary<Values> = fc.record({
  id: fc.uuid(),
  count: fc.nat(1_000_000),
  seconds: fc.nat(3600),
  name: fc.stringMatching(/^[A-Za-z가-힣0-9 _-]{0,30}$/),
  path: fc.stringMatching(/^\/[a-z0-9._-]{1,10}(\/[a-z0-9._-]{1,10}){0,4}$/),
  hex: fc.stringMatching(/^[0-9a-f]{40}$/),
  instant: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
});

describe('fingerprints', () => {
  test('equal causes are equal whatever values their messages carry', () => {
    fc.assert(
      fc.property(fc.constantFrom(...templates), values, values, (render, one, other) => {
        const code = 'UNKNOWN';
        expect(fingerprint({ code, message: render(one) })).toEqual(fingerprint({ code, message: render(other) }));
      }),
      { numRuns: 1000 },
    );
  });

  test('different causes differ', () => {
    const [one] = fc.sample(values, { numRuns: 1, seed: 1 }) as [Values];
    const hashes = templates.map((render) => fingerprint({ code: 'UNKNOWN', message: render(one) }).hash);
    expect(new Set(hashes).size).toBe(templates.length);
  });

  test('the code is part of the cause', () => {
    const message = 'x';
    expect(fingerprint({ code: 'UNKNOWN', message }).hash).not.toBe(
      fingerprint({ code: 'INTERNAL_ERROR', message }).hash,
    );
  });

  test('is stable over versions: letters of last week keep their group', () => {
    expect(fingerprint({ code: 'PROVIDER_TIMEOUT', message: 'no answer within 30 s' })).toEqual({
      hash: '12969f55a4257c',
      text: 'no answer within <duration>',
    });
  });

  test('anything goes in, 14 hex digits come out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (message) => {
        expect(fingerprint({ code: 'UNKNOWN', message }).hash).toMatch(/^[0-9a-f]{14}$/);
      }),
    );
  });
});
