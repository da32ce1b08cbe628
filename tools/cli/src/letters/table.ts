import CliTable3 from 'cli-table3';
import type { Paint } from './operator-console.ts';

/**
 * A column: its heading, whether its cells are numbers, whether it gives way when the terminal is narrow (one column may),
 * and whether it goes altogether when that is not enough (the highest number first).
 */
export interface Column {
  readonly head: string;
  readonly number?: boolean;
  readonly flexible?: boolean;
  readonly dispensable?: number;
}

/** How wide the table may be (undefined: as wide as it is), and how to paint its head. */
export interface TableStyle {
  readonly width: number | undefined;
  readonly paint: Paint;
}

/** A column is never narrower than this, however narrow the terminal. */
const NARROWEST = 20;

/** Only spaces and hyphens: everything else has two widths in the terminals of East Asia. */
const NO_FRAME = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
  mid: '-',
  'mid-mid': '',
  middle: '',
};

type Rows = readonly (readonly string[])[];

/**
 * Rows under a head, for a terminal or a log: numbers to the right, wide (CJK) characters counted as two. One flexible
 * column is cut with `…` to fit the width. Ends with a newline. Cells must be inert (see inertText).
 */
export function table(columns: readonly Column[], rows: Rows, style: TableStyle): string {
  const natural = build(columns, rows, { style, widths: [] });
  const { width } = style;
  if (width === undefined || widthOf(natural) <= width) return rendered(natural);
  const rest = width - fixedWidth(columns, rows, style);
  const least = columns.some(({ flexible }) => flexible === true) ? NARROWEST : 0;
  const first = columns.reduce((most, { dispensable = 0 }) => Math.max(most, dispensable), 0);
  if (rest < least && first > 0) {
    const kept = (_: unknown, index: number): boolean => columns[index]?.dispensable !== first;
    return table(
      columns.filter(kept),
      rows.map((row) => row.filter(kept)),
      style,
    );
  }
  const widths = columns.map(({ flexible }) => (flexible === true ? Math.max(NARROWEST, rest) : null));
  return rendered(build(columns, rows, { style, widths }));
}

/** The width of all columns but the flexible one. */
function fixedWidth(columns: readonly Column[], rows: Rows, style: TableStyle): number {
  const fixed = (_: unknown, index: number): boolean => columns[index]?.flexible !== true;
  return widthOf(
    build(
      columns.filter(fixed),
      rows.map((row) => row.filter(fixed)),
      { style, widths: [] },
    ),
  );
}

/** The rule under the head is as wide as the table; the table's own `width` counts characters, not columns. */
function widthOf(built: CliTable3.Table): number {
  return built.toString().split('\n')[1]?.length ?? 0;
}

function build(
  columns: readonly Column[],
  rows: Rows,
  { style, widths }: { style: TableStyle; widths: (number | null)[] },
): CliTable3.Table {
  const built = new CliTable3({
    head: columns.map(({ head }) => style.paint('bold', head)),
    colAligns: columns.map(({ number }) => (number === true ? 'right' : 'left')),
    colWidths: widths,
    style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 1 },
    chars: NO_FRAME,
    wordWrap: false,
  });
  built.push(...rows.map((row) => [...row]));
  return built;
}

function rendered(built: CliTable3.Table): string {
  return `${built.toString().replace(/[ \t]+$/gm, '')}\n`;
}
