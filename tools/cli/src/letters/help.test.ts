import { describe, expect, test } from '@jest/globals';
import { PARKS } from '@nexus/contracts';
import { runCli } from '../run-cli.ts';
import { parkHelp, subcommandHelp } from './help.ts';
import { GENERAL_OPTIONS } from './letter-options.ts';
import { parseOptions } from './parse-options.ts';
import { lettersHelp } from './run-letters.ts';
import { subcommands } from './subcommands.ts';

const all = PARKS.flatMap((park) => subcommands[park].map((subcommand) => ({ park, subcommand })));

describe('help', () => {
  test.each(PARKS)('%s lists its subcommands', (park) => {
    for (const { name, summary } of subcommands[park])
      expect([name, parkHelp(park)]).toEqual([name, expect.stringContaining(summary)]);
  });

  test.each(all)(
    '$park $subcommand.name tells every option it takes, in lines of at most 120',
    ({ park, subcommand }) => {
      const help = subcommandHelp(park, subcommand);
      for (const name of [...subcommand.options, ...GENERAL_OPTIONS]) expect(help).toContain(`  --${name}`);
      for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    },
  );

  test.each(all)('the examples of $park $subcommand.name can be typed', ({ subcommand }) => {
    expect(subcommand.examples.length).toBeGreaterThan(0);
    for (const [line] of subcommand.examples) {
      const [name, ...words] = line.match(/"[^"]*"|\S+/g) ?? [];
      expect(name).toBe(subcommand.name);
      const { positionals } = parseOptions(words, [...subcommand.options, ...GENERAL_OPTIONS]);
      expect(positionals).toEqual(subcommand.positional === undefined ? [] : [subcommand.positional]);
    }
  });

  test('names are taken once in a park', () => {
    for (const park of PARKS) {
      const names = subcommands[park].flatMap(({ name, aliases = [] }) => [name, ...aliases]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('of the subcommand that is named, by its alias too', () => {
    expect(lettersHelp('dlq', [])).toMatch(/^Usage: npx nexus dlq <subcommand>/);
    expect(lettersHelp('dlq', ['hold'])).toMatch(/^Usage: npx nexus dlq route/);
    expect(lettersHelp('hold', ['--json', 'requeue'])).not.toContain('--mode');
    expect(() => lettersHelp('dlq', ['requeu'])).toThrow(/Did you mean requeue/);
  });

  test('an unknown command of nexus names the nearest, with status 2', async () => {
    const context = { root: '/', workingDirectory: '/', environment: {} };
    expect(await runCli(['dlg'], context)).toBe(2);
  });
});
