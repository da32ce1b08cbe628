import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { editDistance, nearestName } from './nearest-name.ts';

describe('the nearest name', () => {
  const known = ['requeue', 'route', 'peek', 'operations', 'operation', 'what-if'];
  test.each([
    ['requeu', 'requeue'],
    ['reqeuue', 'requeue'],
    ['op', 'operations'],
    ['operatoin', 'operation'],
    ['pek', 'peek'],
  ])('%s is %s', (written, meant) => expect(nearestName(written, known)).toBe(meant));

  test.each(['', 'xyzzy', 'delete-everything'])('%j is like none', (written) => {
    expect(nearestName(written, known)).toBeUndefined();
  });

  test('nothing is near when nothing is known', () => expect(nearestName('peek', [])).toBeUndefined());

  test('distance is symmetric, zero only for equals, and never more than the longer text', () => {
    const text = fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b', 'c', '-') });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const distance = editDistance(one, other);
        expect(distance).toBe(editDistance(other, one));
        expect(distance === 0).toBe(one === other);
        expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(one.length - other.length));
      }),
    );
  });
});
