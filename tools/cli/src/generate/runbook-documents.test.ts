import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAILURE_CODES, failureCodes, runbookSlug } from '@nexus/failure-taxonomy';
import { readRunbooks, runbookDocuments, runbookIndex } from './runbook-documents.ts';
import { RUNBOOK_LANGUAGES } from './runbook-page.ts';

const project = join(import.meta.dirname, '../../../..');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nexus-runbooks-'));
  cpSync(join(project, 'docs/runbooks'), join(root, 'docs/runbooks'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function page(language: string, name: string): string {
  return join(root, 'docs/runbooks', language, name);
}

test('every failure code has a page in both languages, in the order of the table', () => {
  const pages = readRunbooks(project);
  expect(Object.keys(pages)).toEqual(FAILURE_CODES);
  for (const code of FAILURE_CODES) {
    for (const language of RUNBOOK_LANGUAGES) expect(pages[code][language].title).toBe(code);
    expect(pages[code].en.html).not.toBe(pages[code].ko.html);
    expect(pages[code].ko.html).toMatch(/[가-힣]/);
  }
});

describe('pages and codes that do not match', () => {
  test('a missing page is named', () => {
    rmSync(page('ko', 'worker-lost.md'));
    expect(() => runbookDocuments(root)).toThrow(
      expect.objectContaining({ code: 'RUNBOOK_MISSING', message: expect.stringMatching(/ko lacks worker-lost\.md/) }),
    );
  });

  test('a page of no code is named', () => {
    writeFileSync(page('en', 'disk-full.md'), '# DISK_FULL\n');
    expect(() => runbookDocuments(root)).toThrow(
      expect.objectContaining({ code: 'RUNBOOK_UNKNOWN', message: expect.stringMatching(/disk-full\.md/) }),
    );
  });

  test('a page under the name of another code is refused', () => {
    renameSync(page('en', 'unknown.md'), page('en', 'internal-error.md'));
    writeFileSync(page('en', 'unknown.md'), '');
    expect(() => runbookDocuments(root)).toThrow(expect.objectContaining({ code: 'RUNBOOK_INVALID' }));
  });

  test('a project without runbooks has nothing generated from them', () => {
    rmSync(join(root, 'docs/runbooks'), { recursive: true });
    expect(runbookDocuments(root)).toEqual([]);
  });
});

describe.each(RUNBOOK_LANGUAGES)('the index (%s)', (language) => {
  const rows = runbookIndex(language)
    .split('\n')
    .filter((line) => line.startsWith('| ['));

  test('has one row for each code, in the order of the table', () => {
    expect(rows.map((row) => /^\| \[(\w+)\]/.exec(row)?.[1])).toEqual(FAILURE_CODES);
  });

  test('links to pages that exist', () => {
    for (const [index, code] of FAILURE_CODES.entries()) {
      const target = /\(([^)]+)\)/.exec(rows[index] ?? '')?.[1] ?? '';
      expect(target).toBe(`${language}/${runbookSlug(code)}.md`);
      expect(existsSync(join(project, 'docs/runbooks', target))).toBe(true);
    }
  });

  test('says what table and default policy say', () => {
    const row = rows[FAILURE_CODES.indexOf('PROVIDER_AUTH_ERROR')];
    expect(row?.split(' | ').slice(1, 4)).toEqual(['critical', 'ours', 'alarm']);
    expect(row).toContain(failureCodes.PROVIDER_AUTH_ERROR[language]);
  });
});

test('the module holds exactly what the pages render to', () => {
  const module = runbookDocuments(root).find(({ path }) => path.endsWith('runbooks.generated.ts'));
  const json = /runbookPages: [^=]+= (.*);\n$/s.exec(module?.content ?? '')?.[1] ?? '';
  expect(JSON.parse(json)).toEqual(readRunbooks(root));
});

test('what is in the project is what the pages say', () => {
  for (const { path, content } of runbookDocuments(project)) {
    expect(readFileSync(join(project, path), 'utf8')).toBe(content);
  }
});
