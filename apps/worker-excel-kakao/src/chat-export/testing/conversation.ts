/** Something that happens in a made-up room. Times are wall-clock seconds since 1970-01-01. */
export type ConversationEntry =
  | { readonly type: 'message'; readonly at: number; readonly sender: string; readonly text: string }
  | { readonly type: 'deleted'; readonly at: number; readonly sender: string }
  | { readonly type: 'hidden'; readonly at: number }
  | { readonly type: 'invite'; readonly at: number; readonly actor: string; readonly guests: readonly string[] }
  | { readonly type: 'join' | 'leave' | 'kick'; readonly at: number; readonly actor: string };

/** A made-up chat. `entries` may be gone through any number of times and need not fit into memory. */
export interface Conversation {
  readonly room: string;
  readonly members: number;
  readonly savedAt: number;
  readonly entries: Iterable<ConversationEntry>;
}

/** What to make up. The same seed gives the same conversation on every machine. */
export interface ConversationOptions {
  readonly seed: number;
  readonly messages: number;
  /** Wall-clock second of the first entry; 2026-03-02 09:00 unless told. */
  readonly startsAt?: number;
  /** Mean seconds between two messages; 40 unless told. */
  readonly pace?: number;
  /** People in the room; 60 unless told. */
  readonly people?: number;
}

const STARTS_AT = Date.UTC(2026, 2, 2, 9) / 1000;
const FAMILY = ['김', '이', '박', '최', '정', '강', '조', '윤', '장', '임', '한', '오', '서', '신', '권', '황'];
const GIVEN = ['하늘', '바다', '서연', '민준', '지우', '도윤', '예린', '수아', '건우', '은채', '시후', '나래', '다온'];
const MARKS = ['', '', '', '', ' (3동)', '[총무]', ' 🍎', ': 서연맘', ', 702호'];
const OPENERS = [
  '안녕하세요',
  '네 알겠습니다',
  '혹시',
  '저도요',
  '감사합니다 ^^',
  '아 그리고',
  '확인했습니다',
  '죄송한데',
  '오늘',
];
const THINGS = ['사과', '한라봉', '계란 30구', '고구마 5kg', '쌀 10kg', '딸기', '김치', '참기름', '굴비', '토마토'];
const TAILS = [
  '부탁드려요',
  '주문합니다',
  '입금했어요',
  '언제 오나요?',
  '추가할게요',
  '취소해 주세요',
  '맛있네요 ㅎㅎ',
  '몇 시까지예요?',
];
const PLACEHOLDERS = [
  '사진',
  '사진 3장',
  '동영상',
  '이모티콘',
  '파일: 주문서_최종(2).xlsx',
  '지도: 행복마트',
  '보이스톡 해요',
];

/** Makes up a chat of exactly `messages` messages (with notices between them) that can be gone through as it is made. */
export function generateConversation(options: ConversationOptions): Conversation {
  const { messages, startsAt = STARTS_AT, pace = 40, people = 60 } = options;
  const names = Array.from({ length: people }, (_, index) => personName(index));
  return {
    room: '한울마을 공동구매 [주문방]',
    members: people,
    savedAt: startsAt + messages * pace * 2 + 86_400,
    entries: { [Symbol.iterator]: () => entriesOf({ ...options, startsAt, pace, people, names }) },
  };
}

function personName(index: number): string {
  const mark = MARKS[index % MARKS.length] ?? '';
  const name = `${FAMILY[index % FAMILY.length] ?? ''}${GIVEN[(index * 5 + 1) % GIVEN.length] ?? ''}`;
  const number = index < 100 ? '' : String(index);
  return mark === '[총무]' ? `[총무] ${name}${number}` : `${name}${number}${mark}`;
}

function* entriesOf(
  options: Required<ConversationOptions> & { names: readonly string[] },
): Generator<ConversationEntry> {
  const random = seededRandom(options.seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  let at = options.startsAt;
  for (let count = 0; count < options.messages; count += 1) {
    at += Math.floor(random() * options.pace * 2);
    const dice = random();
    if (dice < 0.004) yield { type: pick(['join', 'leave', 'kick'] as const), at, actor: pick(options.names) };
    else if (dice < 0.006) yield { type: 'invite', at, actor: pick(options.names), guests: [pick(options.names)] };
    if (dice > 0.995) yield { type: 'deleted', at, sender: pick(options.names) };
    else yield { type: 'message', at, sender: pick(options.names), text: madeUpText(pick, random) };
  }
}

function madeUpText(pick: <T>(from: readonly T[]) => T, random: () => number): string {
  const dice = random();
  if (dice < 0.08) return pick(PLACEHOLDERS);
  if (dice < 0.14) return 'ㅋ'.repeat(2 + Math.floor(random() * 6));
  const line = `${pick(OPENERS)} ${pick(THINGS)} ${1 + Math.floor(random() * 9)}개 ${pick(TAILS)}`;
  if (dice > 0.95) return `${line}\n${pick(THINGS)} ${Math.floor(random() * 90_000)}원\n\n${pick(TAILS)}`;
  return dice > 0.9 ? `${line} https://example.com/a?b=${Math.floor(random() * 1e6)}&c=<${pick(THINGS)}>` : line;
}

/** Mulberry32: small, fast and the same everywhere; good enough to make things up. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
