import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, CommandContext } from './command.ts';
import { nearestName } from './letters/nearest-name.ts';

const FOLDER = join(import.meta.dirname, 'commands');

/** Runs one command line; resolves to the exit status: 0 ok, 1 a check failed, 2 could not run. */
export async function runCli(words: readonly string[], context: CommandContext): Promise<number> {
  const [name = 'help', ...rest] = words;
  if (['help', '--help', '-h'].includes(name)) return listCommands();
  if (!commandNames().includes(name)) {
    const near = nearestName(name, commandNames());
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    process.stderr.write(`nexus: there is no command ${JSON.stringify(name)}.${hint} npx nexus --help lists them.\n`);
    return 2;
  }
  try {
    const command = await loadCommand(name);
    const before = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
    if (before.includes('--help') || before.includes('-h')) {
      const usage = command.usageOf?.(before) ?? command.usage;
      process.stdout.write(`${usage.trimEnd()}\n`);
      return 0;
    }
    return await command.run(rest, context);
  } catch (error) {
    process.stderr.write(`nexus ${name}: ${explain(error, name)}\n`);
    return 2;
  }
}

/** The names of the commands: one file each. */
export function commandNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/** The command of that name; it is one of commandNames(). */
export async function loadCommand(name: string): Promise<Command> {
  return (await import(join(FOLDER, `${name}.ts`))) as Command;
}

async function listCommands(): Promise<number> {
  const names = commandNames();
  const width = Math.max(...names.map((name) => name.length));
  process.stdout.write('Usage: npx nexus <command> [options]     (npx nexus <command> --help tells its options)\n\n');
  for (const name of names) {
    const { summary } = await loadCommand(name);
    process.stdout.write(`  ${name.padEnd(width)}  ${summary}\n`);
  }
  return 0;
}

/** Expected errors carry a code and a sentence that says what to do; anything else is a fault of ours and keeps its stack. */
function explain(error: unknown, name: string): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('ERR_PARSE_ARGS')) return `${error.message}\nnpx nexus ${name} --help tells the options.`;
  return code === '' ? (error.stack ?? error.message) : error.message;
}
