import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFrameReader } from './frame-reader.ts';

function read(datas: readonly string[]): { frames: unknown[]; lost: boolean } {
  const reader = createFrameReader();
  const frames = datas.flatMap((data) => reader.read(data));
  reader.end();
  return { frames, lost: reader.lost() };
}

describe('events of a stream', () => {
  test('glued into one line come apart', () => {
    expect(read(['{"a":1}data: {"b":"data: {x"}data:{"c":3}'])).toEqual({
      frames: [{ a: 1 }, { b: 'data: {x' }, { c: 3 }],
      lost: false,
    });
  });

  test('that hold what looks like a seam are not changed', () => {
    const texts = ['data: {', '"}data: {"', 'x\ndata: [DONE]'];
    const datas = texts.map((text) => JSON.stringify({ text }));
    expect(read([datas.join('data: ')])).toEqual({ frames: texts.map((text) => ({ text })), lost: false });
    expect(read([`${datas[0]?.slice(0, 12)}`, `${datas[0]?.slice(12)}`])).toEqual({
      frames: [{ text: texts[0] }],
      lost: false,
    });
  });

  test('glued to the final marker come apart', () => {
    expect(read(['{"a":1}data: [DONE]'])).toEqual({ frames: [{ a: 1 }], lost: false });
  });

  test('of which a part is missing are told', () => {
    expect(read(['{"a":"ha', '{"b":2}']).lost).toBe(true);
    expect(read(['{"a":"hadata: {"b":2}']).lost).toBe(true);
    expect(read(['{"a":1}', '{"b":']).lost).toBe(true);
  });

  test('law: an event cut in two is whole again', () => {
    const frame = fc.record({ text: fc.string() });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), fc.nat(), (frames, seed) => {
        const texts = frames.map((one) => JSON.stringify(one));
        const cut = seed % texts.length;
        const at = 1 + (seed % ((texts[cut]?.length ?? 2) - 1));
        const datas = texts.flatMap((text, index) => (index === cut ? [text.slice(0, at), text.slice(at)] : [text]));
        expect(read(datas)).toEqual({ frames, lost: false });
      }),
    );
  });
});
