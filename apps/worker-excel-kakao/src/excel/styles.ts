/** Indexes into the cell formats of STYLES_XML. */
export const STYLE = {
  plain: 0,
  header: 1,
  number: 2,
  date: 3,
  minute: 4,
  second: 5,
  moment: 6,
  text: 7,
  wrapped: 8,
  quotedText: 9,
  quotedWrapped: 10,
  hour: 11,
} as const;

/** A format of STYLE. */
export type Style = (typeof STYLE)[keyof typeof STYLE];

interface CellFormat {
  /** Excel's number for a number format; from 164 on they are declared below. */
  readonly numberFormat?: number;
  readonly font?: number;
  readonly fill?: number;
  readonly border?: number;
  readonly alignment?: string;
  /** The cell stays text when somebody edits it, as if it had been typed with an apostrophe. */
  readonly quotePrefix?: boolean;
}

const TOP = 'vertical="top"';
const WRAPPED = 'vertical="top" wrapText="1"';

const FORMATS: Record<keyof typeof STYLE, CellFormat> = {
  plain: {},
  header: { font: 1, fill: 2, border: 1, alignment: 'horizontal="center" vertical="center"' },
  number: { numberFormat: 3, alignment: TOP },
  date: { numberFormat: 164, alignment: TOP },
  minute: { numberFormat: 165, alignment: TOP },
  second: { numberFormat: 166, alignment: TOP },
  moment: { numberFormat: 167, alignment: TOP },
  text: { alignment: TOP },
  wrapped: { alignment: WRAPPED },
  quotedText: { alignment: TOP, quotePrefix: true },
  quotedWrapped: { alignment: WRAPPED, quotePrefix: true },
  hour: { numberFormat: 168, alignment: 'horizontal="center" vertical="top"' },
};

/** Malgun Gothic has been on every Windows since Vista; the others replace it by their own Korean font (charset 129). */
const FONT = '<name val="맑은 고딕"/><family val="3"/><charset val="129"/>';

/** xl/styles.xml */
export const STYLES_XML = [
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
  '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">',
  '<numFmts count="5">',
  '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>',
  '<numFmt numFmtId="165" formatCode="hh:mm"/>',
  '<numFmt numFmtId="166" formatCode="hh:mm:ss"/>',
  '<numFmt numFmtId="167" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>',
  '<numFmt numFmtId="168" formatCode="#,##0;;"/>',
  '</numFmts>',
  `<fonts count="2"><font><sz val="10"/>${FONT}</font>`,
  `<font><b/><sz val="10"/><color rgb="FFFFFFFF"/>${FONT}</font></fonts>`,
  '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
  '<fill><patternFill patternType="solid"><fgColor rgb="FF3C4A5A"/><bgColor indexed="64"/></patternFill></fill></fills>',
  '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>',
  '<border><left/><right/><top/><bottom style="thin"><color rgb="FF8A94A0"/></bottom><diagonal/></border></borders>',
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
  `<cellXfs count="${Object.keys(STYLE).length}">${Object.values(FORMATS).map(formatXml).join('')}</cellXfs>`,
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>',
  '</styleSheet>',
].join('');

function formatXml({ numberFormat = 0, font = 0, fill = 0, border = 0, alignment, quotePrefix }: CellFormat): string {
  const attributes = [
    `numFmtId="${numberFormat}" fontId="${font}" fillId="${fill}" borderId="${border}" xfId="0"`,
    quotePrefix === true ? 'quotePrefix="1"' : '',
    numberFormat === 0 ? '' : 'applyNumberFormat="1"',
    font === 0 ? '' : 'applyFont="1" applyFill="1" applyBorder="1"',
    alignment === undefined ? '' : 'applyAlignment="1"',
  ];
  const open = `<xf ${attributes.filter((attribute) => attribute !== '').join(' ')}`;
  return alignment === undefined ? `${open}/>` : `${open}><alignment ${alignment}/></xf>`;
}
