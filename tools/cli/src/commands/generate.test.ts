import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { run } from './generate.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nexus-generate-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function declare(app: string, declarations: string): void {
  const folder = join(root, app === 'nexus' ? 'tools/cli' : `apps/${app}`, 'src');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'settings.ts'), declarations);
}

const port = `{ group: 'Core', type: { accepted: 'a port' }, default: 8000, text: 'port | of the API', aliases: ['PORT'] }`;
const key = `{ group: 'Core', type: { accepted: 'secret text', secret: true }, default: 'dev-key', text: 'user key' }`;
const codes = `{ group: 'Triage', type: { accepted: 'a list', show: (value) => value.join(',') }, default: ['A', 'B'], text: 'codes' }`;
const redis = `{ group: 'Core', type: { accepted: 'a URL' }, required: true, defaultText: "the launcher's own", text: 'store' }`;
const marker = `{ group: 'Triage', type: { accepted: 'text' }, default: '<!-- x -->', text: 'marker' }`;
const none = `{ group: 'Triage', type: { accepted: 'text' }, default: undefined, text: 'nothing' }`;

function declareAll(): void {
  declare('supervisor', `export const settingsVariables = { P: ${port}, K: ${key}, CODES: ${codes}, R: ${redis} };`);
  declare('worker-excel-kakao', `export const settingsVariables = { R: ${redis}, M: ${marker}, N: ${none} };`);
  declare('autofix-bot', `export const settingsVariables = { R: ${redis} };`);
  declare('nexus', `export const settingsVariables = { N: ${none} };`);
}

function written(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

describe('nexus generate', () => {
  test('writes a table of every variable, each once', async () => {
    declareAll();
    expect(await run([], { root })).toBe(0);
    const rows = written('docs/settings.md')
      .split('\n')
      .filter((line) => /^(## |\| `)/.test(line));
    expect(rows).toEqual([
      '## Core',
      '| `P` | `8000` | port \\| of the API. Also read from `PORT` | a port | supervisor |',
      '| `K` | `dev-key` | user key. Secret: never shown or logged | secret text | supervisor |',
      "| `R` | the launcher's own | store | a URL | all |",
      '## Triage',
      '| `CODES` | `A,B` | codes | a list | supervisor |',
      '| `M` | `<!-- x -->` | marker | text | worker-excel-kakao |',
      '| `N` | *unset* | nothing | text | worker-excel-kakao, nexus |',
    ]);
  });

  test('writes an example environment that changes nothing', async () => {
    declareAll();
    await run([], { root });
    const lines = written('.env.example').split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    expect(lines.filter((line) => /^#[A-Z]/.test(line))).toEqual([
      '#P=8000',
      '#K=dev-key',
      '#R=',
      '#CODES=A,B',
      "#M='<!-- x -->'",
      '#N=',
    ]);
    expect(lines).toContain("# store (default: the launcher's own)");
  });

  test('embeds Lua scripts with what they include', async () => {
    declareAll();
    const lua = join(root, 'libs/some-queue/lua');
    mkdirSync(join(lua, 'include'), { recursive: true });
    mkdirSync(join(root, 'libs/some-queue/src'));
    writeFileSync(join(lua, 'include/answer.lua'), 'local answer = 42\n');
    writeFileSync(join(lua, 'give-back-1.lua'), '--@include answer\nreturn answer\n');
    expect(await run([], { root })).toBe(0);
    expect(written('libs/some-queue/src/lua.generated.ts')).toContain(
      'giveBack: {\n    keys: 1,\n    lua: "local answer = 42\\nreturn answer\\n",',
    );
    writeFileSync(join(lua, 'include/answer.lua'), 'local answer = 43\n');
    expect(await run(['--check'], { root })).toBe(1);
  });

  test('writes the API document', async () => {
    declareAll();
    await run([], { root });
    const document = parse(written('openapi.yaml')) as { openapi: string; info: object; paths: object };
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'NEXUS Supervisor API', version: '6.11.0' });
    expect(document.paths).toHaveProperty(['/tasks/{task_id}']);
  });

  test('--check tells whether the files are as the code says, and writes nothing', async () => {
    declareAll();
    expect(await run(['--check'], { root })).toBe(1);
    expect(() => written('openapi.yaml')).toThrow(/ENOENT/);
    await run([], { root });
    expect(await run(['--check'], { root })).toBe(0);
    writeFileSync(join(root, '.env.example'), 'edited');
    expect(await run(['--check'], { root })).toBe(1);
    expect(written('.env.example')).toBe('edited');
  });

  test('an app without settings, and two defaults of one variable, are said clearly', async () => {
    declareAll();
    declare('autofix-bot', 'export const other = {};');
    await expect(run([], { root })).rejects.toMatchObject({
      code: 'SETTINGS_MISSING',
      message: expect.stringContaining('apps/autofix-bot'),
    });
    rmSync(join(root, 'apps/supervisor'), { recursive: true });
    await expect(run([], { root })).rejects.toMatchObject({
      code: 'SETTINGS_MISSING',
      message: expect.stringContaining('apps/supervisor'),
    });
  });

  test('one variable cannot have two defaults', async () => {
    declareAll();
    declare('autofix-bot', `export const settingsVariables = { P: { ...${port}, default: 9000 } };`);
    await expect(run([], { root })).rejects.toMatchObject({
      code: 'SETTINGS_CONFLICT',
      message: expect.stringContaining('P has two defaults'),
    });
  });

  test('an unknown option is refused', async () => {
    await expect(run(['--chekc'], { root })).rejects.toMatchObject({ code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' });
  });
});
