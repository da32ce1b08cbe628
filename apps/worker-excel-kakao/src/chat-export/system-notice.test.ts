import { expect, test } from '@jest/globals';
import { readNotice } from './system-notice.ts';

function brief(text: string, englishInvite = true): string | undefined {
  const notice = readNotice(text, { englishInvite });
  return notice && [notice.kind, ...notice.movements.map(({ action, name }) => `${action} ${name}`)].join(' | ');
}

test.each([
  ['선생님님이 들어왔습니다.', 'join | join 선생님'],
  ['박바다: 서연맘님이 나갔습니다.', 'leave | leave 박바다: 서연맘'],
  ['이산님을 내보냈습니다.', 'kick | kick 이산'],
  ['방장님이 이산님을 내보냈습니다.', 'kick | kick 이산 | named 방장'],
  [
    '김하늘님이 박바다님, 이, 산님과 [총무] 최강님을 초대했습니다.',
    'invite | named 김하늘 | join 박바다 | join 이, 산 | join [총무] 최강',
  ],
  ['A invited B, C and D.', 'invite | named A | join B | join C | join D'],
  ['A invited B and.', 'invite | named A | join B'],
  ['김하늘 invited 박바다.', 'invite | named 김하늘 | join 박바다'],
  ['A joined this chatroom.', 'join | join A'],
  ['A has been removed from this chatroom.', 'kick | kick A'],
  ['채팅방 관리자가 메시지를 가렸습니다.', 'hidden'],
  ['이산님이 방장이 되었습니다.', 'host'],
  ['이산님이 부방장에서 해제되었습니다.', 'host'],
  ['운영정책을 위반한 메시지로 신고 접수 시 제한됩니다', 'policy'],
  ['오늘 배송 갑니다.', undefined],
  ['님이 나갔습니다.', undefined],
  ['잘 다녀왔습니다', undefined],
])('%j', (text, expected) => {
  expect(brief(text)).toBe(expected);
});

test('an English invitation is believed only where the export is English', () => {
  expect(brief('Mom invited everyone.', false)).toBeUndefined();
});

test('a long adversarial line is refused quickly', () => {
  expect(brief(`${'님이 방장 '.repeat(100_000)}니다.`)).toBeUndefined();
});
