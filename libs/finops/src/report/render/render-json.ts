import type { ReportModel } from '../report-model.ts';

/** The report as one JSON document. Equal reports give equal bytes. */
export function renderJson(report: ReportModel): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
