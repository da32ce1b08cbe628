import { join } from 'node:path';
import { columnName, headerCell } from './cell-xml.ts';
import { DeflatedPart } from './deflated-part.ts';
import type { FinishedPart } from './deflated-part.ts';

/** A column: its heading, and its width in characters of the standard font (a Korean letter takes two). */
export interface SheetColumn {
  readonly header: string;
  readonly width: number;
}

/** The form of a sheet. */
export interface SheetLayout {
  readonly name: string;
  readonly columns: readonly SheetColumn[];
  /** How many columns from the left have filter buttons; all unless told. */
  readonly filteredColumns?: number;
  /** XML of the conditional formats. `lastRow` is 1 when the sheet has no data. */
  readonly formats?: (lastRow: number) => string;
  /** XML of the drawing, if there is one. */
  readonly drawing?: string;
}

/** One sheet as it is in the workbook. */
export interface FinishedSheet {
  readonly name: string;
  readonly part: FinishedPart;
  /** What the filter covers, e.g. A1:H100. */
  readonly filter: string;
}

/** Where sheets are written and how long they may get. */
export interface SheetLimits {
  readonly directory: string;
  /** Rows a sheet holds, with its header row; Excel's own limit unless told. */
  readonly rows?: number;
}

/** Excel's limit, 2^20. */
const MOST_ROWS = 1_048_576;
/** A sheet of this many bytes of XML is continued on the next, so that none comes near the 4 GiB of a ZIP archive. */
const MOST_BYTES = 2 ** 31;

/** Points. */
const LINE_HEIGHT = 15;

/** Printed on A4 across, all columns on one page's width, as many pages as it takes. */
const PAGE =
  '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>' +
  '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>';

/**
 * A sheet of any length, written row by row. When it is full it is continued on a sheet "name (2)" with the same header.
 * Life: nextRow and write in turns, drain now and then, then end or discard.
 */
export class SheetWriter {
  readonly #layout: SheetLayout;
  readonly #limits: SheetLimits;
  readonly #file: string;
  readonly #finished: Promise<FinishedSheet>[] = [];
  #part: DeflatedPart;
  #lastRow = 0;

  /** `file` names the sheet's files in the directory. */
  constructor(file: string, layout: SheetLayout, limits: SheetLimits) {
    this.#file = file;
    this.#layout = layout;
    this.#limits = limits;
    this.#part = this.#begin();
  }

  /** The number of the row that is written next; continues on another sheet when this one is full. */
  nextRow(): number {
    const full = this.#lastRow >= (this.#limits.rows ?? MOST_ROWS) || this.#part.size > MOST_BYTES;
    if (full) {
      this.#finished.push(this.#finish());
      this.#part = this.#begin();
    }
    return this.#lastRow + 1;
  }

  /** Writes the cells of the row `nextRow` gave; a row of several lines of text is as much taller. */
  write(cells: string, lines = 1): void {
    this.#lastRow += 1;
    const height = lines === 1 ? '' : ` ht="${lines * LINE_HEIGHT}"`;
    this.#part.write(`<row r="${this.#lastRow}"${height}>${cells}</row>`);
  }

  /** Waits until the disk has caught up. */
  async drain(): Promise<void> {
    await this.#part.drain();
  }

  /** The finished sheets, one or more, in order. */
  async end(): Promise<FinishedSheet[]> {
    this.#finished.push(this.#finish());
    return Promise.all(this.#finished);
  }

  async discard(): Promise<void> {
    await this.#part.discard();
    await Promise.allSettled(this.#finished);
  }

  #begin(): DeflatedPart {
    const part = new DeflatedPart(join(this.#limits.directory, `${this.#file}-${this.#finished.length + 1}.part`));
    const { columns } = this.#layout;
    const widths = columns.map(
      ({ width }, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`,
    );
    const headers = columns.map(({ header }, index) => headerCell(`${columnName(index)}1`, header));
    part.write(
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"' +
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">' +
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' +
        '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft"' +
        ' state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>' +
        `<sheetFormatPr defaultRowHeight="${LINE_HEIGHT}"/><cols>${widths.join('')}</cols>` +
        `<sheetData><row r="1" ht="20" customHeight="1">${headers.join('')}</row>`,
    );
    this.#lastRow = 1;
    return part;
  }

  async #finish(): Promise<FinishedSheet> {
    const { name, columns, filteredColumns = columns.length, formats, drawing = '' } = this.#layout;
    const filter = `A1:${columnName(filteredColumns - 1)}${this.#lastRow}`;
    const number = this.#finished.length + 1;
    const part = this.#part;
    const behindFilter = (formats?.(this.#lastRow) ?? '') + PAGE + drawing;
    part.write(`</sheetData><autoFilter ref="${filter}"/>${behindFilter}</worksheet>`);
    return { name: number === 1 ? name : `${name} (${number})`, part: await part.end(), filter };
  }
}
