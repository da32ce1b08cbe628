import type { ChatFormat, MessageKind, NoticeKind, UnparsedReason } from '../chat-export/chat-event.ts';

/** The words of the column 종류 in the sheet 메시지. */
export const MESSAGE_LABELS: Record<MessageKind, string> = {
  text: '글',
  photo: '사진',
  video: '동영상',
  voice: '음성',
  emoticon: '이모티콘',
  file: '파일',
  map: '지도',
  contact: '연락처',
  board: '게시판',
  call: '통화',
  payment: '송금',
  search: '검색',
  deleted: '삭제',
};

/** What 종류 says in a row that only continues the row above, because a cell holds 32,767 characters. */
export const CONTINUED_LABEL = '이어짐';

/** The words of the column 종류 in the sheet 시스템. */
export const NOTICE_LABELS: Record<NoticeKind, string> = {
  invite: '초대',
  join: '입장',
  leave: '퇴장',
  kick: '내보냄',
  host: '방장',
  hidden: '가림',
  deleted: '삭제',
  policy: '안내',
  other: '기타',
};

/** The words of the column 이유 in the sheet 오류. */
export const REASON_LABELS: Record<UnparsedReason, string> = {
  not_understood: '메시지·알림·날짜 줄이 아니고 이어 붙일 메시지도 없음',
  follows_unparsed: '해석하지 못한 줄에 이어지는 줄',
  impossible_date: '달력에 없는 날짜',
  impossible_time: '시계에 없는 시각',
  no_date_above: '날짜를 알 수 없음(위에 날짜 줄이 없음)',
  line_too_long: '한 줄이 1,048,576자를 넘어 나머지를 나눔',
  message_too_long: '한 메시지가 1,048,576자를 넘어 나머지를 나눔',
  broken_csv: 'CSV 형식에 맞지 않음(따옴표 또는 칸 수)',
};

/** The names of the apps. */
export const FORMAT_LABELS: Record<ChatFormat, string> = {
  windows: '윈도우',
  android: '안드로이드',
  ios: '아이폰',
  macos: '맥',
};
