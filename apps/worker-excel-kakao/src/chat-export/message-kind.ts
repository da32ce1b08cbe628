import type { MessageKind } from './chat-event.ts';

/** Placeholders that are the whole text of a message, as KakaoTalk writes them in Korean and English exports. */
const EXACT = new Map<string, MessageKind>([
  ['사진', 'photo'],
  ['Photo', 'photo'],
  ['photo', 'photo'],
  ['<사진>', 'photo'],
  ['<Photo>', 'photo'],
  ['(사진)', 'photo'],
  ['(Photo)', 'photo'],
  ['<사진 읽지 않음>', 'photo'],
  ['동영상', 'video'],
  ['Video', 'video'],
  ['<동영상 읽지 않음>', 'video'],
  ['음성메시지', 'voice'],
  ['<음성 메시지 읽지 않음>', 'voice'],
  ['이모티콘', 'emoticon'],
  ['Emoticons', 'emoticon'],
  ['(이모티콘)', 'emoticon'],
  ['(emoticon)', 'emoticon'],
  ['카카오톡 프로필', 'contact'],
  ['라이브톡 시작', 'call'],
  ['라이브톡 종료', 'call'],
  ['삭제된 메시지입니다.', 'deleted'],
  ['메시지가 삭제되었습니다.', 'deleted'],
  ['The message has been deleted.', 'deleted'],
]);

/** Placeholders with a variable part. The first character selects the candidates: most messages match none. */
const PATTERNS = new Map<string, readonly (readonly [RegExp, MessageKind])[]>([
  ['사', [[/^사진 \d+장$/, 'photo']]],
  ['(', [[/^\(이모티콘_[^)\n]+\)$/, 'emoticon']]],
  ['파', [[/^파일: .+$/, 'file']]],
  ['F', [[/^File: .+$/, 'file']]],
  ['지', [[/^지도: /, 'map']]],
  ['연', [[/^연락처: /, 'contact']]],
  ['톡', [[/^톡게시판 '[^'\n]+': /, 'board']]],
  ['[', [[/^\[공지\] /, 'board']]],
  [
    '보',
    [
      [/^보이스톡 (?:해요|취소|부재중|\d+:\d{2}(?::\d{2})?)$/, 'call'],
      [/^보이스룸 .+$/, 'call'],
    ],
  ],
  ['페', [[/^페이스톡 (?:해요|취소|부재중|\d+:\d{2}(?::\d{2})?)$/, 'call']]],
  ['샵', [[/^샵검색: #/, 'search']]],
]);

const ENGLISH_PHOTOS = /^\d+ photos$/;
const PAYMENT = /^[\d,]+원(?:을 받으세요\.|.* 받기 완료!)/;
/** The PC app writes only the file's name. A path or an address is not a name. */
const FILE_NAME =
  /^[^\n/\\]{1,200}\.(?:xlsx?|xlsm|csv|hwpx?|docx?|pptx?|pdf|zip|7z|egg|alz|rar|txt|rtf|jpe?g|png|gif|heic|webp|bmp|psd|ai|mp[34]|m4a|wav|avi|mov|apk|exe)$/i;
const LONGEST_FILE_NAME = 206;

/** Tells what a message is from its whole text. Anything that is not exactly a placeholder is `text`. */
export function messageKind(text: string): MessageKind {
  const exact = EXACT.get(text);
  if (exact !== undefined) return exact;
  for (const [pattern, kind] of PATTERNS.get(text[0] ?? '') ?? []) {
    if (pattern.test(text)) return kind;
  }
  const first = text.charCodeAt(0);
  const startsWithDigit = first >= 0x30 && first <= 0x39;
  if (startsWithDigit && ENGLISH_PHOTOS.test(text)) return 'photo';
  if (startsWithDigit && PAYMENT.test(text)) return 'payment';
  if (text.length <= LONGEST_FILE_NAME && endsLikeFileName(text) && FILE_NAME.test(text)) return 'file';
  return 'text';
}

/** A dot two to four characters before the end: without it the costly pattern cannot match. */
function endsLikeFileName(text: string): boolean {
  const dot = text.lastIndexOf('.');
  return dot > 0 && text.length - dot >= 3 && text.length - dot <= 5;
}
