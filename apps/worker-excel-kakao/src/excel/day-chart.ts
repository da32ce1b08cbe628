const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const DRAWING = 'http://schemas.openxmlformats.org/drawingml/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const UNIX_EPOCH = 25_569;

/** What a chart of days shows: the sheet it reads from and the values it also holds itself, for viewers that only draw. */
export interface DayChart {
  readonly sheet: string;
  readonly title: string;
  readonly points: readonly { readonly day: number; readonly messages: number }[];
}

/** More columns than this cannot be told apart, and Excel draws at most 32,000 points of a series. */
export const MOST_CHARTED_DAYS = 4_000;

/** xl/charts/chart1.xml: a column a day, over the date column A and the count column B of the sheet. */
export function dayChartXml({ sheet, title, points }: DayChart): string {
  const last = points.length + 1;
  const quotedSheet = `'${sheet}'`;
  const days = points.map(({ day }) => day + UNIX_EPOCH);
  const counts = points.map(({ messages }) => messages);
  return (
    `${DECLARATION}<c:chartSpace xmlns:c="${DRAWING}/chart" xmlns:a="${DRAWING}/main" xmlns:r="${OFFICE}">` +
    '<c:roundedCorners val="0"/><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1200" b="1"/></a:pPr>' +
    `<a:r><a:rPr lang="ko-KR" sz="1200" b="1"/><a:t>${title}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>` +
    '<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>' +
    '<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>' +
    `<c:ser><c:idx val="0"/><c:order val="0"/><c:tx><c:strRef><c:f>${quotedSheet}!$B$1</c:f>` +
    '<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>메시지</c:v></c:pt></c:strCache></c:strRef></c:tx>' +
    '<c:spPr><a:solidFill><a:srgbClr val="3C78D8"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>' +
    `<c:cat>${reference(`${quotedSheet}!$A$2:$A$${last}`, days, 'yyyy\\-mm\\-dd')}</c:cat>` +
    `<c:val>${reference(`${quotedSheet}!$B$2:$B$${last}`, counts, '#,##0')}</c:val></c:ser>` +
    '<c:gapWidth val="40"/><c:axId val="111111111"/><c:axId val="222222222"/></c:barChart>' +
    '<c:dateAx><c:axId val="111111111"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>' +
    '<c:axPos val="b"/><c:numFmt formatCode="m/d" sourceLinked="0"/><c:majorTickMark val="out"/>' +
    '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="222222222"/><c:crosses val="autoZero"/>' +
    '<c:auto val="1"/><c:lblOffset val="100"/><c:baseTimeUnit val="days"/></c:dateAx>' +
    '<c:valAx><c:axId val="222222222"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>' +
    '<c:delete val="0"/><c:axPos val="l"/><c:majorGridlines/><c:numFmt formatCode="#,##0" sourceLinked="0"/>' +
    '<c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>' +
    '<c:crossAx val="111111111"/><c:crosses val="autoZero"/><c:crossBetween val="between"/></c:valAx>' +
    '</c:plotArea><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart></c:chartSpace>'
  );
}

/** xl/drawings/drawing1.xml: where the chart lies, from column `column` (0 is A) at the top, about 15 cm wide. */
export function dayDrawingXml(column: number): string {
  const corner = (name: string, at: { column: number; row: number }) =>
    `<xdr:${name}><xdr:col>${at.column}</xdr:col><xdr:colOff>0</xdr:colOff>` +
    `<xdr:row>${at.row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:${name}>`;
  return (
    `${DECLARATION}<xdr:wsDr xmlns:xdr="${DRAWING}/spreadsheetDrawing" xmlns:a="${DRAWING}/main"><xdr:twoCellAnchor>` +
    corner('from', { column, row: 1 }) +
    corner('to', { column: column + 10, row: 22 }) +
    '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="일별 메시지"/><xdr:cNvGraphicFramePr/>' +
    '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>' +
    `<a:graphicData uri="${DRAWING}/chart"><c:chart xmlns:c="${DRAWING}/chart" xmlns:r="${OFFICE}" r:id="rId1"/>` +
    '</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>'
  );
}

function reference(range: string, values: readonly number[], formatCode: string): string {
  const points = values.map((value, index) => `<c:pt idx="${index}"><c:v>${value}</c:v></c:pt>`);
  return (
    `<c:numRef><c:f>${range}</c:f><c:numCache><c:formatCode>${formatCode}</c:formatCode>` +
    `<c:ptCount val="${values.length}"/>${points.join('')}</c:numCache></c:numRef>`
  );
}
