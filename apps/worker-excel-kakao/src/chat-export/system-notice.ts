import type { Movement, NoticeKind } from './chat-event.ts';

/** A notice of the room, understood. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly movements: readonly Movement[];
}

const LONGEST_NOTICE = 4_000;
const HIDDEN = '채팅방 관리자가 메시지를 가렸습니다.';

const LONGEST_HOST_NOTICE = 200;
const HOST_KO = /^.+님(?:이|을|의|에게|에서|으로).* ?부?방장.*니다\.?$/;
const POLICY_KO = /^(?:불법촬영물 ?등 식별 및 게재제한 조치 안내|운영정책을 위반한 메시지로 신고 접수 시)/;

const JOIN_EN = /^(.+) joined this chatroom\.$/;
const LEAVE_EN = /^(.+) left this chatroom\.$/;
const KICK_EN = /^(.+) has been removed from this chatroom\.$/;
const INVITE_EN = /^(.+?) invited (.+?)\.?$/;

/**
 * Understands a notice of the room by its wording. Undefined means that the wording is not known, not that the line is
 * no notice. In a format that does not mark notices (Windows) the wording alone decides, so an English invitation, whose
 * wording people also use, counts only where `englishInvite` is given.
 */
export function readNotice(text: string, options: { englishInvite: boolean }): Notice | undefined {
  if (text.length > LONGEST_NOTICE) return undefined;
  const korean = text.endsWith('다.') || text.endsWith('다') || POLICY_KO.test(text) ? koreanNotice(text) : undefined;
  return korean ?? englishNotice(text, options.englishInvite);
}

function koreanNotice(text: string): Notice | undefined {
  const sentence = text.endsWith('.') ? text.slice(0, -1) : text;
  if (sentence.includes('\n')) return undefined;
  const invited = before(sentence, '님을 초대했습니다');
  if (invited !== undefined) return koreanInvitation(invited);
  const joined = before(sentence, '님이 들어왔습니다');
  if (joined !== undefined) return movement('join', joined);
  const left = before(sentence, '님이 나갔습니다');
  if (left !== undefined) return movement('leave', left);
  const kicked = before(sentence, '님을 내보냈습니다');
  if (kicked !== undefined) return koreanKick(kicked);
  if (text === HIDDEN) return { kind: 'hidden', movements: [] };
  if (POLICY_KO.test(text)) return { kind: 'policy', movements: [] };
  const host = text.length <= LONGEST_HOST_NOTICE && HOST_KO.test(text);
  return host ? { kind: 'host', movements: [] } : undefined;
}

/** What stands before an ending, or undefined when the text does not end so or nothing stands before it. */
function before(text: string, ending: string): string | undefined {
  return text.length > ending.length && text.endsWith(ending) ? text.slice(0, -ending.length) : undefined;
}

/** "A님이 B님, C님과 D": a name may hold a comma, so only "님" followed by a separator divides. */
function koreanInvitation(names: string): Notice | undefined {
  const split = names.indexOf('님이 ');
  if (split < 1) return undefined;
  return invitation(names.slice(0, split), names.slice(split + 3).split(/님(?:, |과 |와 )/));
}

function koreanKick(names: string): Notice {
  const split = names.indexOf('님이 ');
  return split < 1 ? movement('kick', names) : movement('kick', names.slice(split + 3), names.slice(0, split));
}

function englishNotice(text: string, invite: boolean): Notice | undefined {
  const join = JOIN_EN.exec(text);
  if (join !== null) return movement('join', join[1]);
  const leave = LEAVE_EN.exec(text);
  if (leave !== null) return movement('leave', leave[1]);
  const kick = KICK_EN.exec(text);
  if (kick !== null) return movement('kick', kick[1]);
  const invitedBy = invite ? INVITE_EN.exec(text) : null;
  // The macOS app loses the last name: "A invited B and."
  return invitedBy === null ? undefined : invitation(invitedBy[1], (invitedBy[2] ?? '').split(/, | and |(?: and)$/));
}

function invitation(host: string | undefined, guests: readonly string[]): Notice {
  const joined = guests.filter((name) => name !== '').map((name): Movement => ({ name, action: 'join' }));
  return { kind: 'invite', movements: host === undefined ? joined : [{ name: host, action: 'named' }, ...joined] };
}

function movement(action: 'join' | 'leave' | 'kick', name: string | undefined, by?: string): Notice {
  const movements: Movement[] = name === undefined ? [] : [{ name, action }];
  if (by !== undefined) movements.push({ name: by, action: 'named' });
  return { kind: action, movements };
}
