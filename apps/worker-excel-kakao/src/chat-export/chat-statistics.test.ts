import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MessageEvent } from './chat-event.ts';
import { ChatStatistics } from './chat-statistics.ts';
import { NameTable } from './name-table.ts';
import { NumberSet } from './number-set.ts';

const HOUR = 3600;

function said(at: number, sender: string, kind: MessageEvent['kind'] = 'text'): MessageEvent {
  return { type: 'message', firstLine: 1, lastLine: 1, at, sender, kind, text: '', steppedBack: false };
}

test('adds up days and people', () => {
  const statistics = new ChatStatistics();
  const day = 86_400 * 20_000;
  statistics.message(said(day + 9 * HOUR, 'a', 'photo'));
  statistics.message(said(day + 86_400, 'b'));
  // A clock that went back a day: a is not a new face there.
  statistics.message(said(day + 23 * HOUR, 'a', 'file'));
  statistics.notice({
    type: 'system', firstLine: 1, lastLine: 1, at: day, timeInferred: false, notice: 'kick', text: '', steppedBack: false,
    movements: [{ name: 'c', action: 'kick' }, { name: 'a', action: 'named' }],
  }); // prettier-ignore
  const [first, second] = statistics.byDay();
  expect(first).toMatchObject({ day: 20_000, messages: 2, participants: 1, photos: 1, files: 1 });
  expect(first?.hours.map((count, hour) => `${hour}:${count}`).filter((hour) => !hour.endsWith(':0'))).toEqual([
    '9:1',
    '23:1',
  ]);
  expect(second).toMatchObject({ day: 20_001, messages: 1, participants: 1, photos: 0, files: 0 });
  expect([...statistics.participants.byMessages()]).toEqual([
    { name: 'a', messages: 2, photos: 1, files: 1, firstMessage: day + 9 * HOUR, lastMessage: day + 23 * HOUR, joined: undefined, left: undefined, kicked: undefined },
    { name: 'b', messages: 1, photos: 0, files: 0, firstMessage: day + 86_400, lastMessage: day + 86_400, joined: undefined, left: undefined, kicked: undefined },
    { name: 'c', messages: 0, photos: 0, files: 0, firstMessage: undefined, lastMessage: undefined, joined: undefined, left: undefined, kicked: day },
  ]); // prettier-ignore
});

test('a name table numbers names as a Map would', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom('이산', '', '\ud83d', 'x'.repeat(3000)),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 400 }), (names) => {
      const table = new NameTable();
      const map = new Map<string, number>();
      for (const one of names) if (!map.has(one)) map.set(one, map.size);
      expect(names.map((one) => table.numberOf(one))).toEqual(names.map((one) => map.get(one)));
      expect(table.size).toBe(map.size);
      for (const [one, number] of map) expect(table.nameOf(number)).toBe(one);
    }),
  );
});

test('a name table holds more names than it keeps at hand', () => {
  const table = new NameTable();
  const names = Array.from({ length: 60_000 }, (_, index) => `사람 ${index}의 이름`);
  names.forEach((name) => table.numberOf(name));
  expect(names.map((name) => table.numberOf(name))).toEqual(names.map((_, index) => index));
  expect(table.nameOf(59_999)).toBe('사람 59999의 이름');
});

test('a number set answers as a Set would', () => {
  const member = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
  fc.assert(
    fc.property(fc.array(member, { maxLength: 3_000 }), (members) => {
      const set = new NumberSet();
      const reference = new Set<number>();
      const isNew = (one: number) => reference.size !== reference.add(one).size;
      expect(members.map((one) => set.add(one))).toEqual(members.map(isNew));
    }),
  );
});
