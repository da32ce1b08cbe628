import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { failureWithCode } from '../failure-with-code.ts';

/** The forms of a report, and how the name of a file in each ends. */
export const REPORT_FORMATS = {
  md: '.md',
  json: '.json',
  csv: '.csv',
  focus: '.focus.csv',
  html: '.html',
} as const;
export type ReportFormat = keyof typeof REPORT_FORMATS;

/** A file to write; a path of `-` is stdout. Other paths are absolute. */
export interface ReportFile {
  readonly format: ReportFormat;
  readonly path: string;
}

interface FilesAsked {
  /** `--out`, as typed. */
  readonly out: readonly string[];
  /** `--format`, as typed: a list with commas. */
  readonly format: string | undefined;
  /** Absolute: what `--out` is without it, and the folder its paths start from. */
  readonly standard: string;
  readonly workingDirectory: string;
}

/**
 * The files of `--out` and `--format`. A name's ending tells its format; with `--format` one name stands for all of them,
 * each with its own ending. Throws OPTION_INVALID.
 */
export function reportFiles({ out, format, standard, workingDirectory }: FilesAsked): ReportFile[] {
  const absolute = (path: string): string => (path === '-' ? path : resolve(workingDirectory, path));
  if (out.includes('')) throw failureWithCode('OPTION_INVALID', '--out needs the name of a file, or - for stdout.');
  if (format === undefined) {
    const paths = out.length === 0 ? [standard] : out.map(absolute);
    return withoutDuplicates(paths.map((path) => ({ path, format: formatOf(path) })));
  }
  const formats = formatsOf(format);
  const [path = standard, second] = out.map(absolute);
  if (second !== undefined) {
    throw failureWithCode('OPTION_INVALID', 'With --format give one --out; each format gets its own ending.');
  }
  if (formats.length === 1) return formats.map((only) => ({ format: only, path: onlyPath(path, only, standard) }));
  if (path === '-') throw failureWithCode('OPTION_INVALID', '--out - takes one format.');
  const stem = withoutEnding(path);
  return formats.map((each) => ({ format: each, path: `${stem}${REPORT_FORMATS[each]}` }));
}

/** Writes a file at once or not at all, with its folders. Throws OUTPUT_UNWRITABLE. */
export function writeReportFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    removeLeftover(temporary);
    const why = error instanceof Error ? error.message : String(error);
    throw failureWithCode('OUTPUT_UNWRITABLE', `${path} cannot be written (${why}). Name another file with --out.`);
  }
}

/** What went wrong first is told, not that there is nothing to remove. */
function removeLeftover(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

/** What somebody named is used as it is; the standard name gets the format's ending. */
function onlyPath(path: string, format: ReportFormat, standard: string): string {
  return path === standard ? `${withoutEnding(path)}${REPORT_FORMATS[format]}` : path;
}

function formatOf(path: string): ReportFormat {
  if (path === '-') return 'md';
  const ending = endings().find(([, text]) => path.toLowerCase().endsWith(text));
  if (ending !== undefined) return ending[0];
  if (/\.html?$/i.test(path)) return 'html';
  const known = Object.values(REPORT_FORMATS).join(', ');
  throw failureWithCode(
    'OPTION_INVALID',
    `--out ${JSON.stringify(path)} does not end with ${known}: say --format as well.`,
  );
}

function formatsOf(written: string): ReportFormat[] {
  const names = written.split(',').map((name) => name.trim().toLowerCase());
  const known = Object.keys(REPORT_FORMATS);
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw failureWithCode(
      'OPTION_INVALID',
      `--format takes ${known.join(', ')} (with commas), not ${JSON.stringify(wrong)}.`,
    );
  }
  return [...new Set(names)] as ReportFormat[];
}

function withoutEnding(path: string): string {
  const ending = endings().find(([, text]) => path.toLowerCase().endsWith(text));
  return ending === undefined ? path : path.slice(0, -ending[1].length);
}

/** The longest first: `.focus.csv` ends with `.csv` too. */
function endings(): [ReportFormat, string][] {
  return (Object.entries(REPORT_FORMATS) as [ReportFormat, string][]).sort(([, a], [, b]) => b.length - a.length);
}

function withoutDuplicates(files: ReportFile[]): ReportFile[] {
  return files.filter(({ path }, index) => files.findIndex((other) => other.path === path) === index);
}
