import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createStopCutter } from './stop-sequences.ts';

function cut(pieces: readonly string[], stops: readonly string[]): { text: string; met: boolean } {
  const cutter = createStopCutter(stops);
  const text = pieces.map((piece) => cutter.push(piece)).join('') + cutter.end();
  return { text, met: cutter.met() };
}

describe('stop sequences', () => {
  test('end the text before the first of them', () => {
    expect(cut(['one two three'], ['three', 'two'])).toEqual({ text: 'one ', met: true });
  });

  test('that never come change nothing, not even an end that looks like one', () => {
    expect(cut(['wait for th'], ['three'])).toEqual({ text: 'wait for th', met: false });
    expect(cut(['text'], [])).toEqual({ text: 'text', met: false });
    expect(cut(['text'], [''])).toEqual({ text: 'text', met: false });
  });

  test('that begin earlier win over shorter ones inside them', () => {
    expect(cut(['a', 'b', 'c'], ['abc', 'b'])).toEqual({ text: '', met: true });
    expect(cut(['a', 'b', 'd'], ['abc', 'b'])).toEqual({ text: 'a', met: true });
  });

  test('law: a streamed text is cut where the whole one is', () => {
    const letters = fc.stringMatching(/^[ab]{0,4}$/);
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 12 }), fc.array(letters, { maxLength: 3 }), (pieces, stops) => {
        const whole = pieces.join('');
        const firsts = stops.filter((stop) => stop !== '').map((stop) => whole.indexOf(stop));
        const first = Math.min(whole.length, ...firsts.filter((at) => at >= 0));
        expect(cut(pieces, stops).text).toBe(whole.slice(0, first));
      }),
    );
  });
});
