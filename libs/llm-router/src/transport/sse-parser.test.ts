import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSseParser } from './sse-parser.ts';

function parse(pieces: readonly string[]): string[] {
  const parser = createSseParser();
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

describe('server-sent events', () => {
  test('are the data between empty lines; names, ids and comments are dropped', () => {
    expect(parse(['event: a\nid: 1\ndata: one\n\n: ping\n\ndata:two\ndata: lines\n\n'])).toEqual(['one', 'two\nlines']);
  });

  test('end without an empty line are not lost', () => {
    expect(parse(['data: [DONE]'])).toEqual(['[DONE]']);
    expect(parse(['data: x\r'])).toEqual(['x']);
  });

  test('a byte order mark and fields that only begin like data are ignored', () => {
    expect(parse(['\uFEFFdata: x\n\ndatabase: y\n\ndata\n\n'])).toEqual(['x', '']);
  });

  test('law: however the stream is cut and its lines end, the events are the same', () => {
    const line = fc.stringMatching(/^[^\r\n]{0,12}$/);
    const event = fc.array(line, { minLength: 1, maxLength: 3 });
    const newline = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), newline, fc.array(fc.nat(200)), (events, end, cuts) => {
        const text = events.map((lines) => lines.map((one) => `data: ${one}${end}`).join('') + end).join('');
        const places = [...new Set(cuts)].filter((at) => at < text.length).sort((a, b) => a - b);
        const pieces = [0, ...places].map((from, index) => text.slice(from, places[index]));
        expect(parse(pieces)).toEqual(events.map((lines) => lines.join('\n')));
      }),
    );
  });
});
