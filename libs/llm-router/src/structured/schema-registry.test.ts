import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { publishedSources } from './published-schemas.ts';
import { publishedSchema, SCHEMA_NAMES, schemaFileText } from './schema-registry.ts';

const folder = join(import.meta.dirname, '../../schemas');
const fix = {
  issue_summary: 's',
  probable_root_cause: 'c',
  proposed_changes: { prompt_patch: '', schema_patch: '', code_patch: '' },
  risk: 'low',
  verification: { tests: ['t'], dry_run_steps: ['d'] },
};

test('names, sources and files are the same list, and the files say what the sources say', () => {
  expect([...SCHEMA_NAMES].sort()).toEqual(Object.keys(publishedSources).sort());
  expect(readdirSync(folder).sort()).toEqual(SCHEMA_NAMES.map((name) => `${name}.schema.json`).sort());
  for (const name of SCHEMA_NAMES) {
    const written = JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8')) as unknown;
    expect(written).toEqual(JSON.parse(schemaFileText(name)));
    expect(written).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
  }
});

test('any other name is unknown', () => {
  for (const name of [
    '',
    'toString',
    '__proto__',
    'constructor',
    '../fix_suggestion',
    'FIX_SUGGESTION',
    'fix_suggestion ',
  ]) {
    expect(publishedSchema(name)).toBeUndefined();
  }
});

describe('excel_kakao_output', () => {
  const document = { action: 'send_message', result: { text: 'x' } };
  test.each([
    ['the least', document, true],
    ['with warnings', { ...document, warnings: ['a'] }, true],
    ['with members of its own', { ...document, more: 1, result: { text: 'x', rows: [] } }, true],
    ['no action', { result: { text: 'x' } }, false],
    ['another action', { ...document, action: 'delete_group' }, false],
    ['no result', { action: 'noop' }, false],
    ['empty text', { ...document, result: { text: '' } }, false],
    ['one warning', { ...document, warnings: 'a' }, false],
    ['other warnings', { ...document, warnings: [1] }, false],
  ])('%s', (_name, value, valid) => {
    expect(publishedSchema('excel_kakao_output')?.validate(value).length === 0).toBe(valid);
  });
});

describe('fix_suggestion', () => {
  test.each([
    ['the least', fix, true],
    ['another member', { ...fix, more: 1 }, false],
    ['another patch', { ...fix, proposed_changes: { ...fix.proposed_changes, more: '' } }, false],
    ['no summary', { ...fix, issue_summary: '' }, false],
    ['no cause', { ...fix, probable_root_cause: '' }, false],
    ['a patch missing', { ...fix, proposed_changes: { prompt_patch: '', schema_patch: '' } }, false],
    ['no risk', { ...fix, risk: undefined }, false],
    ['no tests', { ...fix, verification: { tests: [], dry_run_steps: ['d'] } }, false],
    ['no steps', { ...fix, verification: { tests: ['t'], dry_run_steps: [] } }, false],
  ])('%s', (_name, value, valid) => {
    const json = JSON.parse(JSON.stringify(value)) as unknown;
    expect(publishedSchema('fix_suggestion')?.validate(json).length === 0).toBe(valid);
  });
});
