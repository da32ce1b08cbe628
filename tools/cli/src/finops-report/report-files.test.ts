import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportFiles, writeReportFile } from './report-files.ts';

const places = { standard: '/data/logs/finops_report.md', workingDirectory: '/here' };
const filesOf = (out: string[], format?: string) =>
  reportFiles({ out, format, ...places }).map((file) => `${file.format} ${file.path}`);

describe('the files of a report', () => {
  test('are named by --out, by --format, or by both', () => {
    expect(filesOf([])).toEqual(['md /data/logs/finops_report.md']);
    expect(filesOf(['a.html', '/b/c.focus.csv', 'd.CSV', 'e.htm', 'a.html'])).toEqual([
      'html /here/a.html',
      'focus /b/c.focus.csv',
      'csv /here/d.CSV',
      'html /here/e.htm',
    ]);
    expect(filesOf([], 'html')).toEqual(['html /data/logs/finops_report.html']);
    expect(filesOf(['x/november.md'], 'md, html,csv,focus,json')).toEqual([
      'md /here/x/november.md',
      'html /here/x/november.html',
      'csv /here/x/november.csv',
      'focus /here/x/november.focus.csv',
      'json /here/x/november.json',
    ]);
    expect(filesOf(['spend.txt'], 'csv')).toEqual(['csv /here/spend.txt']);
    expect([filesOf(['-']), filesOf(['-'], 'json')]).toEqual([['md -'], ['json -']]);
  });

  test.each([
    [['report.pdf'], undefined, /does not end with .md, .json, .csv, .focus.csv, .html/],
    [[''], undefined, /needs the name of a file/],
    [[], 'pdf', /takes md, json, csv, focus, html/],
    [[], '', /takes md/],
    [['a', 'b'], 'md', /give one --out/],
    [['-'], 'md,csv', /takes one format/],
  ])('%j with --format %j is refused', (out, format, message) => {
    expect(() => filesOf(out, format)).toThrow(message);
  });

  test('are written at once, or not at all', () => {
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    writeReportFile(join(folder, 'new', 'a.md'), 'text');
    writeReportFile(join(folder, 'new', 'a.md'), 'again');
    expect(readFileSync(join(folder, 'new', 'a.md'), 'utf8')).toBe('again');
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeReportFile(join(folder, 'file', 'a.md'), 'x')).toThrow(/cannot be written.*Name another file/);
    expect(() => writeReportFile(join(folder, 'new'), 'x')).toThrow(/cannot be written/);
    expect(readdirSync(folder).sort()).toEqual(['file', 'new']);
  });
});
