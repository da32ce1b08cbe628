import fc from 'fast-check';
import type { Conversation, ConversationEntry } from './conversation.ts';
import type { RenderOptions } from './render-export.ts';

const FIRST_SECOND = Date.UTC(2012, 0, 1) / 1000;
const LAST_SECOND = Date.UTC(2031, 0, 1) / 1000;

const WORDS = [
  '사과',
  '주문 : 배 2',
  '[공지]',
  '오전 9:00',
  '님이',
  'ㅋㅋ',
  'a, b',
  '"인용"',
  '=1+1',
  '끝.',
  '…',
  '똠방각하',
  '(사진)',
];
const EMOJI_WORDS = ['🍎🍏', '👨‍👩‍👧', '\u202f', 'é'];
/** Lines that look like records; legal inside a message wherever the export marks the ends of records. */
const FORGERIES = [
  '[김하늘] [오전 9:41] 붙여넣은 줄',
  '2026년 11월 1일 오전 9:00, 가짜 : 붙여넣은 줄',
  'Nov 1, 2026 at 9:00 AM, fake : pasted',
  '2026. 1. 27. 21:06: 김하늘님이 나갔습니다.',
  '2026년 11월 18일 수요일',
  '메시지가 삭제되었습니다.',
  '이산님이 나갔습니다.',
  '--------------- 2026년 11월 18일 수요일 ---------------',
  '2026-11-18 20:34:26,"김하늘","x"',
];

/** Exports of every kind: app, language, clock, encoding, line ends. */
export function renderOptionsArbitrary(): fc.Arbitrary<RenderOptions> {
  return fc
    .record({
      format: fc.constantFrom('windows' as const, 'android' as const, 'ios' as const, 'macos' as const),
      language: fc.constantFrom('ko' as const, 'en' as const),
      clock: fc.constantFrom('12' as const, '24' as const),
      narrow: fc.boolean(),
      encoding: fc.constantFrom('utf-8' as const, 'utf-8-bom' as const, 'utf-16le' as const, 'cp949' as const),
      lineEnds: fc.constantFrom('raw' as const, 'lf' as const),
    })
    .map((options) => (options.encoding === 'cp949' ? { ...options, narrow: false } : options));
}

/** A conversation that the given kind of export can carry without becoming ambiguous. */
export function conversationArbitrary(options: RenderOptions): fc.Arbitrary<Conversation> {
  const entry = entryArbitrary(options);
  return fc
    .record({
      first: fc.record({ at: fc.integer({ min: FIRST_SECOND, max: LAST_SECOND }), sender: name(options) }),
      rest: fc.array(fc.tuple(entry, fc.integer({ min: -120, max: 90_000 })), { maxLength: 25 }),
      members: fc.integer({ min: 2, max: 1500 }),
    })
    .map(({ first, rest, members }) => {
      let { at } = first;
      const entries: ConversationEntry[] = [{ type: 'message', ...first, text: '시작' }];
      for (const [next, pause] of rest) {
        at += pause;
        entries.push({ ...next, at });
      }
      return { room: '행복 [7세반]', members, savedAt: at + 60, entries };
    });
}

function entryArbitrary(options: RenderOptions): fc.Arbitrary<ConversationEntry> {
  const at = fc.constant(0);
  const guests = fc.array(plainName(), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant('message' as const), at, sender: name(options), text: text(options) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('deleted' as const), at, sender: name(options) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('hidden' as const), at }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('invite' as const), at, actor: plainName(), guests }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constantFrom('join' as const, 'leave' as const, 'kick' as const),
        at,
        actor: plainName(),
      }),
    },
  );
}

function plainName(): fc.Arbitrary<string> {
  return fc.constantFrom('김하늘', '박바다', '[총무] 최강', '[[이산]]', 'Ann Lee', '정, 수', '한별(3동)');
}

/** Names with every sign a name may hold; " : " only where the export quotes the name (macOS) or brackets it (Windows). */
function name({ format, encoding }: RenderOptions): fc.Arbitrary<string> {
  const strange = ['이, "산"', '/슬래시/', 'x:y', "o'Neil", '=1+1', '선생님'];
  if (encoding !== 'cp949') strange.push('🍎 사과', 'e\u0301');
  if (format === 'windows' || format === 'macos') strange.push('박바다 : 서연맘');
  return fc.oneof(plainName(), fc.constantFrom(...strange));
}

function text(options: RenderOptions): fc.Arbitrary<string> {
  const words = options.encoding === 'cp949' ? WORDS : [...WORDS, ...EMOJI_WORDS];
  const plain = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));
  const free = options.encoding === 'cp949' ? plain : fc.oneof(plain, fc.string({ unit: 'grapheme', maxLength: 30 }));
  const first = free.filter((line) => !/[\r\n\uFEFF\uFFFD]/.test(line));
  const later = marksRecordEnds(options) ? fc.oneof(first, fc.constantFrom(...FORGERIES)) : first.filter(isInnocent);
  return fc
    .tuple(first, fc.array(fc.oneof(later, fc.constant('')), { maxLength: 3 }))
    .map(([head, lines]) => [head, ...lines].join('\n'))
    .filter((message) => (message.split('\n').at(-1) ?? '').trim() !== '' || !message.includes('\n'));
}

/** Whether a line inside a message can be told from a record: CSV quotes, and phones write CR LF only between records. */
function marksRecordEnds({ format, lineEnds }: RenderOptions): boolean {
  return format === 'macos' || (format !== 'windows' && lineEnds === 'raw');
}

/** A line that looks like nothing but text. */
function isInnocent(line: string): boolean {
  return !/^[[\-\dA-Z]|님[이을]|습니다|chatroom|invited|deleted|대화|날짜|Date|Talk|운영정책|불법/.test(line);
}
