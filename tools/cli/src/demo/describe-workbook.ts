import type { Comparison } from './compare-counts.ts';
import type { WorkbookContents } from './read-workbook.ts';

/** What the demo prints at its end. */
export interface DemoOutcome {
  readonly path: string;
  readonly bytes: number;
  readonly formats: readonly string[];
  readonly contents: WorkbookContents;
  readonly comparisons: readonly Comparison[];
}

/** The workbook for people: where it is, what is in it, and whether its sums agree. */
export function describeWorkbook({ path, bytes, formats, contents, comparisons }: DemoOutcome): string {
  const rows: readonly (readonly [string, string])[] = [
    ['Read as', formats.join(', ')],
    ['Sheets', contents.sheets.join(', ')],
    ['Messages', number(contents.messages)],
    ['Notices', number(contents.system)],
    ['People', number(contents.participants)],
    ['Days', number(contents.days)],
    [
      'Not understood',
      `${number(contents.unparsed)}${contents.unparsed > 0 ? ' (sheet 오류, each with its line number)' : ''}`,
    ],
    ...contents.topSenders.map(
      ({ name, messages }, index) =>
        [index === 0 ? 'Most messages' : '', `${number(messages).padStart(7)}  ${name}`] as const,
    ),
  ];
  const wrong = comparisons.filter(({ agrees }) => !agrees);
  const verdict =
    wrong.length === 0
      ? `  All ${comparisons.length} sums of the workbook agree with the task's result.\n`
      : wrong
          .map(
            ({ what, reported, found }) =>
              `  WRONG: ${what}: the task reported ${reported}, the workbook has ${found}.\n`,
          )
          .join('');
  const table = rows.map(([name, value]) => `  ${name.padEnd(15)} ${value}\n`).join('');
  return `\nWorkbook: ${path}  (${size(bytes)})\n${table}${verdict}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
