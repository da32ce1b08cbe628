import type { DayStatistics } from '../chat-export/chat-statistics.ts';
import type { Participant } from '../chat-export/participant-table.ts';
import { columnName, dateCell, dayOrMomentCell, labelCell, momentCell, numberCell } from './cell-xml.ts';
import type { SheetLayout, SheetWriter } from './sheet-writer.ts';
import { STYLE } from './styles.ts';
import { DRAWING_RELATION } from './workbook-parts.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const FIRST_HOUR_COLUMN = 5;
const MOMENT_WIDTH = 17;

/** The column, counted from 0, at which the chart lies: one free column behind the last hour. */
export const CHART_COLUMN = FIRST_HOUR_COLUMN + HOURS.length + 1;

/** The layout of 참여자. */
export const PARTICIPANT_LAYOUT: SheetLayout = {
  name: '참여자',
  columns: [
    { header: '이름', width: 24 },
    { header: '메시지수', width: 12 },
    { header: '첫 메시지', width: MOMENT_WIDTH },
    { header: '마지막 메시지', width: MOMENT_WIDTH },
    { header: '입장', width: MOMENT_WIDTH },
    { header: '퇴장', width: MOMENT_WIDTH },
    { header: '내보냄', width: MOMENT_WIDTH },
    { header: '사진', width: 8 },
    { header: '파일', width: 8 },
  ],
  formats: (lastRow) => dataBars('B', lastRow),
};

/** The layout of 일별통계; the hours are narrow, so that the chart beside them is seen without scrolling. */
export function dayLayout(hasChart: boolean): SheetLayout {
  return {
    name: '일별통계',
    columns: [
      { header: '날짜', width: 12 },
      { header: '메시지', width: 10 },
      { header: '참여자', width: 9 },
      { header: '사진', width: 8 },
      { header: '파일', width: 8 },
      ...HOURS.map((hour) => ({ header: `${hour}시`, width: 4.6 })),
    ],
    filteredColumns: FIRST_HOUR_COLUMN,
    formats: (lastRow) => dataBars('B', lastRow) + hourColours(lastRow),
    ...(hasChart ? { drawing: `<drawing r:id="${DRAWING_RELATION}"/>` } : {}),
  };
}

/** Writes one participant. */
export function writeParticipant(sheet: SheetWriter, participant: Participant): void {
  const row = sheet.nextRow();
  sheet.write(
    labelCell(`A${row}`, participant.name) +
      numberCell(`B${row}`, participant.messages, STYLE.number) +
      momentCell(`C${row}`, participant.firstMessage) +
      momentCell(`D${row}`, participant.lastMessage) +
      dayOrMomentCell(`E${row}`, participant.joined) +
      dayOrMomentCell(`F${row}`, participant.left) +
      dayOrMomentCell(`G${row}`, participant.kicked) +
      numberCell(`H${row}`, participant.photos, STYLE.number) +
      numberCell(`I${row}`, participant.files, STYLE.number),
  );
}

/** Writes one day. */
export function writeDay(sheet: SheetWriter, day: DayStatistics): void {
  const row = sheet.nextRow();
  const hours = HOURS.map((hour) =>
    numberCell(`${columnName(FIRST_HOUR_COLUMN + hour)}${row}`, day.hours[hour] ?? 0, STYLE.hour),
  );
  sheet.write(
    dateCell(`A${row}`, day.day) +
      numberCell(`B${row}`, day.messages, STYLE.number) +
      numberCell(`C${row}`, day.participants, STYLE.number) +
      numberCell(`D${row}`, day.photos, STYLE.number) +
      numberCell(`E${row}`, day.files, STYLE.number) +
      hours.join(''),
  );
}

function dataBars(column: string, lastRow: number): string {
  if (lastRow < 2) return '';
  return (
    `<conditionalFormatting sqref="${column}2:${column}${lastRow}"><cfRule type="dataBar" priority="1"><dataBar>` +
    '<cfvo type="num" val="0"/><cfvo type="max"/><color rgb="FF9FC5F8"/></dataBar></cfRule></conditionalFormatting>'
  );
}

function hourColours(lastRow: number): string {
  if (lastRow < 2) return '';
  const first = columnName(FIRST_HOUR_COLUMN);
  const last = columnName(FIRST_HOUR_COLUMN + HOURS.length - 1);
  return (
    `<conditionalFormatting sqref="${first}2:${last}${lastRow}"><cfRule type="colorScale" priority="2"><colorScale>` +
    '<cfvo type="num" val="0"/><cfvo type="max"/><color rgb="FFFFFFFF"/><color rgb="FFF6B26B"/>' +
    '</colorScale></cfRule></conditionalFormatting>'
  );
}
