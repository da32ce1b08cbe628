import { cleanText, escapeXml } from './cell-text.ts';
import type { FinishedSheet } from './sheet-writer.ts';
import { STYLES_XML } from './styles.ts';
import type { ZipEntry } from './zip-archive.ts';

/** What the file says about itself. */
export interface WorkbookProperties {
  readonly title: string;
  readonly description: string;
  readonly created: Date;
}

/** A chart on one of the sheets. */
export interface SheetChart {
  /** The sheet's name. */
  readonly sheet: string;
  readonly chartXml: string;
  readonly drawingXml: string;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const CORE = 'http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties';
const SHEETML = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The relation of a sheet to its drawing, to be named in the sheet's `<drawing r:id="…"/>`. */
export const DRAWING_RELATION = 'rId1';

/** Everything a workbook consists of (ECMA-376 part 1), the list of contents first. */
export function workbookEntries(
  sheets: readonly FinishedSheet[],
  properties: WorkbookProperties,
  { chart }: { chart: SheetChart | undefined },
): ZipEntry[] {
  const chartSheet = chart === undefined ? -1 : sheets.findIndex(({ name }) => name === chart.sheet);
  return [
    { name: '[Content_Types].xml', text: contentTypes(sheets.length, chart !== undefined) },
    { name: '_rels/.rels', text: packageRelations() },
    { name: 'docProps/core.xml', text: coreProperties(properties) },
    { name: 'xl/workbook.xml', text: workbook(sheets) },
    { name: 'xl/_rels/workbook.xml.rels', text: workbookRelations(sheets.length) },
    { name: 'xl/styles.xml', text: STYLES_XML },
    ...(chart === undefined ? [] : chartEntries(chart, chartSheet + 1)),
    ...sheets.map(({ part }, index) => ({ name: `xl/worksheets/sheet${index + 1}.xml`, part })),
  ];
}

function chartEntries(chart: SheetChart, sheetNumber: number): ZipEntry[] {
  return [
    {
      name: `xl/worksheets/_rels/sheet${sheetNumber}.xml.rels`,
      text: relations([relation(DRAWING_RELATION, `${OFFICE}/drawing`, '../drawings/drawing1.xml')]),
    },
    { name: 'xl/drawings/drawing1.xml', text: chart.drawingXml },
    {
      name: 'xl/drawings/_rels/drawing1.xml.rels',
      text: relations([relation('rId1', `${OFFICE}/chart`, '../charts/chart1.xml')]),
    },
    { name: 'xl/charts/chart1.xml', text: chart.chartXml },
  ];
}

function contentTypes(sheets: number, hasChart: boolean): string {
  const override = (part: string, type: string) => `<Override PartName="${part}" ContentType="${type}"/>`;
  const parts = [
    override('/xl/workbook.xml', `${SHEETML}.sheet.main+xml`),
    override('/xl/styles.xml', `${SHEETML}.styles+xml`),
    override('/docProps/core.xml', 'application/vnd.openxmlformats-package.core-properties+xml'),
  ];
  for (let sheet = 1; sheet <= sheets; sheet += 1) {
    parts.push(override(`/xl/worksheets/sheet${sheet}.xml`, `${SHEETML}.worksheet+xml`));
  }
  if (hasChart) {
    parts.push(override('/xl/drawings/drawing1.xml', 'application/vnd.openxmlformats-officedocument.drawing+xml'));
    parts.push(override('/xl/charts/chart1.xml', 'application/vnd.openxmlformats-officedocument.drawingml.chart+xml'));
  }
  return (
    `${DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `<Default Extension="xml" ContentType="application/xml"/>${parts.join('')}</Types>`
  );
}

function packageRelations(): string {
  return relations([
    relation('rId1', `${OFFICE}/officeDocument`, 'xl/workbook.xml'),
    relation('rId2', CORE, 'docProps/core.xml'),
  ]);
}

function workbookRelations(sheets: number): string {
  const list = Array.from({ length: sheets }, (_, index) =>
    relation(`rId${index + 1}`, `${OFFICE}/worksheet`, `worksheets/sheet${index + 1}.xml`),
  );
  return relations([...list, relation(`rId${sheets + 1}`, `${OFFICE}/styles`, 'styles.xml')]);
}

function workbook(sheets: readonly FinishedSheet[]): string {
  const list = sheets.map(({ name }, i) => `<sheet name="${escapeXml(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  const names = sheets.map(({ name, filter }, index) => {
    const range = filter.replace(/([A-Z]+)(\d+)/g, '$$$1$$$2');
    const quotedName = `'${escapeXml(name)}'`;
    return (
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${index}" hidden="1">${quotedName}!${range}</definedName>` +
      // The header row is printed on every page.
      `<definedName name="_xlnm.Print_Titles" localSheetId="${index}">${quotedName}!$1:$1</definedName>`
    );
  });
  return (
    `${DECLARATION}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${OFFICE}">` +
    `<bookViews><workbookView activeTab="0"/></bookViews><sheets>${list.join('')}</sheets>` +
    `<definedNames>${names.join('')}</definedNames></workbook>`
  );
}

function coreProperties({ title, description, created }: WorkbookProperties): string {
  const moment = created.toISOString().replace(/\.\d+Z$/, 'Z');
  const text = (value: string) => escapeXml(cleanText(value).text);
  return (
    `${DECLARATION}<cp:coreProperties` +
    ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"' +
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"' +
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `<dc:title>${text(title)}</dc:title><dc:creator>Nexus</dc:creator>` +
    `<dc:description>${text(description)}</dc:description>` +
    `<dcterms:created xsi:type="dcterms:W3CDTF">${moment}</dcterms:created></cp:coreProperties>`
  );
}

function relation(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`;
}

function relations(list: readonly string[]): string {
  return `${DECLARATION}<Relationships xmlns="${PACKAGE}">${list.join('')}</Relationships>`;
}
