import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');

function launch(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(root, 'tools/launch.mjs'), ...words], { encoding: 'utf8', cwd: tmpdir() });
}

describe('tools/launch.mjs, from any folder', () => {
  test('--help lists the commands', () => {
    const { status, stdout } = launch('--help');
    expect(status).toBe(0);
    for (const name of ['start', 'demo', 'test', 'house']) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test('a command tells its options', () => {
    expect(launch('demo', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--input FILE') });
  });

  test('an unknown command or option is status 2, and says what to type', () => {
    expect(launch('dmeo')).toMatchObject({ status: 2, stderr: expect.stringContaining('--help lists them') });
    expect(launch('demo', '--inptu')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/--inptu[^]*demo --help/),
    });
    expect(launch('demo', '--input', '/nowhere.txt')).toMatchObject({
      status: 2,
      stderr: 'nexus demo: There is no such file: /nowhere.txt\n',
    });
    expect(launch('test', '--only', 'linting')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there are format'),
    });
  });
});
