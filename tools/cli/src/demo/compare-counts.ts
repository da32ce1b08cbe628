import type { ChatToExcelResult } from '@nexus/contracts';
import type { WorkbookContents } from './read-workbook.ts';

/** One agreement between what the task reported and what is in the workbook. */
export interface Comparison {
  readonly what: string;
  readonly reported: number;
  readonly found: number;
  readonly agrees: boolean;
}

/** Holds the counts of the result against the workbook; every sum must agree. */
export function compareCounts(counts: ChatToExcelResult['counts'], contents: WorkbookContents): Comparison[] {
  const pairs: readonly (readonly [string, number, number])[] = [
    ['rows of 메시지', counts.messages, contents.messages],
    ['rows of 시스템', counts.system, contents.system],
    ['rows of 오류', counts.unparsed, contents.unparsed],
    ['rows of 참여자', counts.participants, contents.participants],
    ['rows of 일별통계', counts.days, contents.days],
    ['sum of 메시지 in 일별통계', counts.messages, contents.messagesByDay],
    ['sum of 메시지수 in 참여자', counts.messages, contents.messagesByParticipant],
  ];
  return pairs.map(([what, reported, found]) => ({ what, reported, found, agrees: reported === found }));
}
