import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import {
  boolean,
  csv,
  csvIntegers,
  integer,
  jsonOf,
  number,
  oneOf,
  path,
  port,
  secretText,
  text,
  url,
  workingPath,
} from './setting-types.ts';
import type { SettingType } from './setting-types.ts';
import { readSettings, settingsOrExit, variable } from './settings.ts';
import type { SettingRule } from './settings.ts';

const workingDirectory = '/srv/nexus';

function read<Value>(type: SettingType<Value>, written: string): unknown {
  const result = readSettings({ V: variable({ group: 'G', type, text: 't' }) }, { V: written }, { workingDirectory });
  return result.ok ? result.values.V : result.problems[0]?.why;
}

describe('types', () => {
  test.each([
    [text, ' a b ', 'a b'],
    [integer(), '0', 0],
    [integer(), '-5', -5],
    [integer({ min: 1 }), '0', 'is too small (it is "0")'],
    [integer({ max: 5 }), '6', 'is too large (it is "6")'],
    [integer(), '1.5', 'is not a number of this form (it is "1.5")'],
    [integer(), '12abc', 'is not a number of this form (it is "12abc")'],
    [integer(), '0x10', 'is not a number of this form (it is "0x10")'],
    [number(), '0.8', 0.8],
    [number(), '0', 0],
    [number(), '1e-3', 0.001],
    [number(), 'NaN', 'is not a number of this form (it is "NaN")'],
    [port, '65536', 'is too large (it is "65536")'],
    [csv, ' a, ,b,', ['a', 'b']],
    [csv, ',', []],
    [csvIntegers(), '5,30, 300', [5, 30, 300]],
    [csvIntegers({ min: 0 }), '5,-1', 'has an item that is too small (it is "5,-1")'],
    [oneOf(['INFO', 'DEBUG']), 'info', 'INFO'],
    [oneOf(['INFO', 'DEBUG']), 'loud', 'is not one of the words (it is "loud")'],
    [url(), 'https://a.example/x/', 'https://a.example/x'],
    [url(), 'a.example', 'is not an absolute URL (it is "a.example")'],
    [url(['redis', 'rediss']), 'http://a', 'has the wrong scheme (it is "http://a")'],
    [path, 'logs/a.jsonl', '/srv/nexus/.nexus/logs/a.jsonl'],
    [path, '/var/a', '/var/a'],
    [workingPath, 'x', '/srv/nexus/x'],
    [jsonOf(z.array(z.object({ id: z.string() })), 'a list'), '[{"id":"a"}]', [{ id: 'a' }]],
    [
      jsonOf(z.array(z.object({ id: z.string() })), 'a list'),
      '[{"id":1}]',
      'does not fit at $.0.id: invalid_type (it is "[{\\"id\\":1}]")',
    ],
    [jsonOf(z.array(z.string()), 'a list'), '[', 'is not JSON (it is "[")'],
  ] as [SettingType<unknown>, string, unknown][])('%# %o reads %j', (type, written, value) => {
    expect(read(type, written)).toEqual(value);
  });

  test.each([
    [['true', 'TRUE', '1', 'yes', 'On'], true],
    [['false', 'False', '0', 'no', 'OFF'], false],
    [['2', 'y', 'enabled', 'truee'], expect.stringContaining('is neither true nor false')],
  ])('booleans %j', (written, value) => {
    expect(written.map((each) => read(boolean, each))).toEqual(written.map(() => value));
  });

  test('relative paths and their defaults lie in the data folder, wherever the process was started', () => {
    const variables = {
      NEXUS_DATA_DIR: variable({ group: 'G', type: workingPath, default: '.nexus', text: 't' }),
      LEDGER: variable({ group: 'G', type: path, default: 'logs/ledger.jsonl', text: 't' }),
    };
    expect(readSettings(variables, {}, { workingDirectory })).toMatchObject({
      values: { NEXUS_DATA_DIR: '/srv/nexus/.nexus', LEDGER: '/srv/nexus/.nexus/logs/ledger.jsonl' },
    });
    expect(readSettings(variables, { NEXUS_DATA_DIR: '/data' }, { workingDirectory })).toMatchObject({
      values: { NEXUS_DATA_DIR: '/data', LEDGER: '/data/logs/ledger.jsonl' },
    });
  });
});

describe('reading', () => {
  const variables = {
    PORT_A: variable({ group: 'G', type: port, default: 8000, text: 't', aliases: ['PORT'], deprecated: ['OLD_PORT'] }),
    RETRIES: variable({ group: 'G', type: integer({ min: 0 }), default: 3, text: 't' }),
    KEY: variable({ group: 'G', type: secretText, text: 't' }),
    KEYS: variable({ group: 'G', type: jsonOf(z.array(z.string()), 'a list'), secret: true, text: 't' }),
    ALLOW: variable({ group: 'G', type: csv, default: ['apps/'], text: 't', emptyIsValue: true }),
    PREFER: variable({ group: 'G', type: oneOf(['slack', 'teams']), default: 'slack', text: 't' }),
  };

  test('nothing set: the defaults; empty means unset', () => {
    const defaults = { PORT_A: 8000, RETRIES: 3, KEY: undefined, KEYS: undefined, ALLOW: ['apps/'], PREFER: 'slack' };
    expect(readSettings(variables, {})).toEqual({ ok: true, values: defaults, warnings: [] });
    expect(readSettings(variables, { PORT_A: '', RETRIES: '  ', KEY: '' })).toEqual({
      ok: true,
      values: defaults,
      warnings: [],
    });
  });

  test('zero is a value, and so is an empty list where that is declared', () => {
    const result = readSettings(variables, { PORT_A: '0', RETRIES: '0', ALLOW: '' });
    expect(result).toMatchObject({ ok: true, values: { PORT_A: 0, RETRIES: 0, ALLOW: [] } });
  });

  test('aliases count after the name; deprecated ones warn', () => {
    expect(readSettings(variables, { PORT: '1' })).toMatchObject({ values: { PORT_A: 1 }, warnings: [] });
    expect(readSettings(variables, { PORT: '1', PORT_A: '2' })).toMatchObject({ values: { PORT_A: 2 } });
    expect(readSettings(variables, { PORT: '1', PORT_A: '' })).toMatchObject({ values: { PORT_A: 1 } });
    expect(readSettings(variables, { OLD_PORT: '3' })).toMatchObject({
      values: { PORT_A: 3 },
      warnings: ['OLD_PORT is deprecated: write PORT_A instead'],
    });
  });

  test('every problem is found at once, under the name that was written, and secrets are never shown', () => {
    const env = { PORT: 'x', RETRIES: '-1', KEYS: '["topsecret', PREFER: 'both' };
    const result = readSettings(variables, env);
    expect(result).toMatchObject({
      ok: false,
      problems: [{ name: 'PORT' }, { name: 'RETRIES' }, { name: 'KEYS' }, { name: 'PREFER' }],
    });
    expect(JSON.stringify(result)).not.toContain('topsecret');
  });

  test('a required variable must be there', () => {
    const needed = { NEEDED: variable({ group: 'G', type: text, required: true, text: 't' }) };
    expect(readSettings(needed, { NEEDED: '' })).toMatchObject({
      ok: false,
      problems: [{ name: 'NEEDED', why: 'is not set' }],
    });
  });

  test('rules look at several variables and report with the others; they wait for those they need', () => {
    const rules: SettingRule<typeof variables>[] = [
      {
        names: ['KEY', 'PREFER'],
        accepted: 'a key',
        problem: ({ KEY, PREFER }) => (PREFER === 'teams' && KEY === undefined ? 'is needed for teams' : undefined),
      },
    ];
    expect(readSettings(variables, { PREFER: 'teams', RETRIES: 'x' }, { rules })).toMatchObject({
      problems: [{ name: 'RETRIES' }, { name: 'KEY', why: 'is needed for teams', accepted: 'a key' }],
    });
    expect(readSettings(variables, { PREFER: 'x' }, { rules })).toMatchObject({ problems: [{ name: 'PREFER' }] });
    expect(readSettings(variables, { PREFER: 'teams', KEY: 'k' }, { rules })).toMatchObject({ ok: true });
  });

  test('any environment gives values or problems, never an exception', () => {
    const env = fc.record(
      Object.fromEntries(Object.keys(variables).map((name) => [name, fc.option(fc.string(), { nil: undefined })])),
    );
    fc.assert(
      fc.property(env, (written) => {
        const result = readSettings(variables, written as Record<string, string | undefined>);
        if (!result.ok) expect(result.problems.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('settings of a process', () => {
  const variables = {
    A: variable({ group: 'G', type: integer(), default: 1, text: 't', deprecated: ['OLD_A'] }),
    B: variable({ group: 'G', type: boolean, default: false, text: 't' }),
  };
  class Exit extends Error {}

  function run(env: Record<string, string>): { written: string; status?: number; values?: unknown } {
    const seen: { written: string; status?: number; values?: unknown } = { written: '' };
    try {
      seen.values = settingsOrExit(variables, env, {
        process: {
          write: (line) => void (seen.written += line),
          exit: (status) => {
            seen.status = status;
            throw new Exit();
          },
        },
      });
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
    }
    return seen;
  }

  test('end it with status 2 and name every problem with what would do', () => {
    expect(run({ A: 'x', B: 'y' })).toEqual({
      status: 2,
      written: [
        'Cannot start: 2 settings cannot be used.',
        '  A is not a number of this form (it is "x"). Accepted: a whole number.',
        '  B is neither true nor false (it is "y"). Accepted: true or false (also 1/0, yes/no, on/off).',
        'Every variable is explained in docs/settings.md.',
        '',
      ].join('\n'),
    });
  });

  test('are its values when all is well; warnings are said', () => {
    expect(run({ OLD_A: '0' })).toEqual({
      values: { A: 0, B: false },
      written: 'Warning: OLD_A is deprecated: write A instead.\n',
    });
  });
});
