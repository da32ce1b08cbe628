import { expect, test } from '@jest/globals';
import { commandNames, loadCommand } from './run-cli.ts';

test('every command has a summary, a usage and an action', async () => {
  expect(commandNames()).toEqual(expect.arrayContaining(['demo', 'house', 'start', 'test']));
  for (const name of commandNames()) {
    const command = await loadCommand(name);
    expect(command).toMatchObject({ run: expect.any(Function), usage: expect.stringContaining('Usage: ') });
    expect(command.summary).toMatch(/^[^\n]{5,90}$/);
  }
});
