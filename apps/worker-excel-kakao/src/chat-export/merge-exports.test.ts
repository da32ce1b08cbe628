import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ChatEvent, MessageEvent, SystemEvent } from './chat-event.ts';
import { mergeExports } from './merge-exports.ts';
import type { EventBatch } from './parse-export.ts';

function said(minute: number, text: string, sender = 'a'): MessageEvent {
  const lines = { firstLine: 1, lastLine: 1 };
  return { type: 'message', ...lines, at: minute * 60, sender, kind: 'text', text, steppedBack: false };
}

function noticed(minute: number, text: string): SystemEvent {
  const lines = { firstLine: 1, lastLine: 1 };
  return {
    type: 'system',
    ...lines,
    at: minute * 60,
    timeInferred: true,
    notice: 'join',
    text,
    movements: [],
    steppedBack: false,
  };
}

async function* batched(events: readonly ChatEvent[], size: number): AsyncGenerator<EventBatch> {
  for (let start = 0; start < events.length; start += size) {
    yield { events: events.slice(start, start + size), bytes: 10 };
  }
}

async function merge(inputs: readonly (readonly ChatEvent[])[], size = 3) {
  const events: ChatEvent[] = [];
  let duplicates = 0;
  for await (const run of mergeExports(inputs.map((input) => batched(input, size)))) {
    events.push(...run.events);
    duplicates += run.duplicates;
  }
  const texts = events.map((event) => `${'at' in event ? (event.at ?? 0) / 60 : '-'} ${event.text}`);
  return { texts, duplicates };
}

describe('mergeExports', () => {
  test('a single input is passed on as it is, also what it says twice', async () => {
    const { texts, duplicates } = await merge([[said(1, 'ㅋㅋ'), said(1, 'ㅋㅋ'), said(0, '시계')]]);
    expect(texts).toEqual(['1 ㅋㅋ', '1 ㅋㅋ', '0 시계']);
    expect(duplicates).toBe(0);
  });

  test('parts come out in the order of time, whichever is given first', async () => {
    const { texts } = await merge([[said(5, 'c'), said(6, 'd')], [said(1, 'a'), said(2, 'b')]]); // prettier-ignore
    expect(texts).toEqual(['1 a', '2 b', '5 c', '6 d']);
  });

  test('an overlap counts once; what one export says twice in a minute stays twice', async () => {
    const first = [said(1, 'a'), said(2, 'ㅋㅋ'), said(2, 'ㅋㅋ'), said(3, 'b')];
    const second = [said(2, 'ㅋㅋ'), said(2, 'ㅋㅋ'), said(3, 'b'), said(4, 'c')];
    const { texts, duplicates } = await merge([first, second]);
    expect(texts).toEqual(['1 a', '2 ㅋㅋ', '2 ㅋㅋ', '3 b', '4 c']);
    expect(duplicates).toBe(3);
  });

  test('an overlap in which the clock stepped back counts once', async () => {
    const shared = [said(700, 'a'), said(640, 'b'), said(641, 'c'), said(700, 'a')];
    const { texts } = await merge([shared, shared.slice(1)]);
    expect([...texts].sort()).toEqual(['640 b', '641 c', '700 a', '700 a']);
  });

  test('a notice without a time of its own is compared by its day', async () => {
    const { texts } = await merge([[said(1, 'a'), noticed(1, '이산님이 들어왔습니다.')], [noticed(0, '이산님이 들어왔습니다.')]]); // prettier-ignore
    expect(texts).toHaveLength(2);
  });

  test('the placeholder of a photo is the same in every app', async () => {
    const photo = (text: string): MessageEvent => ({ ...said(1, text), kind: 'photo' });
    const { texts } = await merge([[photo('사진 3장'), photo('<사진 읽지 않음>')], [photo('3 photos'), photo('Photo')]]); // prettier-ignore
    expect(texts).toEqual(['1 사진 3장', '1 <사진 읽지 않음>']);
  });

  test('lines that are no records are never taken for duplicates', async () => {
    const line: ChatEvent = { type: 'unparsed', firstLine: 3, lastLine: 3, reason: 'not_understood', text: '?' };
    const { texts } = await merge([[line, said(1, 'a')], [line, said(1, 'a')]]); // prettier-ignore
    expect(texts.filter((text) => text.endsWith('?'))).toHaveLength(2);
  });

  test('any overlapping windows of one chat merge into the chat', async () => {
    const chat = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom('ㅋㅋ', '네', '사과')), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(chat, fc.nat(), fc.nat(), async (entries, cut, overlap) => {
        let minute = 0;
        const events = entries.map(([pause, text]) => said((minute += pause), text));
        // A part of an export ends between minutes or not at all: within one it cannot be told where.
        const minutes = [...new Set(events.map(({ at }) => at))];
        const middle = minutes[cut % Math.max(1, minutes.length)] ?? 0;
        const early = minutes[Math.max(0, minutes.indexOf(middle) - (overlap % 5))] ?? 0;
        const { texts } = await merge(
          [events.filter(({ at }) => at < middle), events.filter(({ at }) => at >= early)],
          4,
        );
        expect(texts).toEqual(events.map(({ at, text }) => `${at / 60} ${text}`));
      }),
    );
  });
});
