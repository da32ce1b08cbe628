/** Why an upload cannot become a workbook. */
export type UnusableReason =
  | 'no_input'
  | 'empty'
  | 'not_text'
  | 'unknown_encoding'
  | 'not_an_export'
  | 'no_messages'
  | 'unknown_timezone'
  | 'too_large';

/** Facts about the refusal, for a log and for the person who sent the file. */
export interface UnusableDetail {
  readonly reason: UnusableReason;
  /** The sentence of `message` in Korean. */
  readonly message_ko: string;
  readonly file?: string;
  readonly [fact: string]: unknown;
}

/**
 * The input cannot be converted, however often it is tried: nobody should retry. `message` says in one English sentence
 * what happened and what to do, `detail.message_ko` the same in Korean. `code` is the failure code of the product.
 */
export class UnusableExport extends Error {
  override readonly name = 'UnusableExport';
  readonly code = 'PAYLOAD_INVALID';
  readonly detail: UnusableDetail;

  constructor(message: string, detail: UnusableDetail) {
    super(message);
    this.detail = detail;
  }
}

const HOW_EN = 'in the KakaoTalk room choose the menu "Export chat" and send the .txt or .csv file it writes';
const HOW_KO = "채팅방 메뉴의 '대화 내용 내보내기'로 만든 .txt 또는 .csv 파일을 보내 주세요";

/** A refusal that concerns one file and is mended by exporting the chat (again). */
export function unusableFile(file: string, reason: UnusableReason, texts: { en: string; ko: string }): UnusableExport {
  return new UnusableExport(`The file "${file}" ${texts.en}: ${HOW_EN}.`, {
    reason,
    file,
    message_ko: `파일 "${file}": ${texts.ko}. ${HOW_KO}.`,
  });
}
