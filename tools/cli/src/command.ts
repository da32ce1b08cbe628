import type { Environment } from '@nexus/local-redis';

/** What every command gets besides its words. All paths are absolute. */
export interface CommandContext {
  /** The project's folder. */
  readonly root: string;
  /** Where the user typed the command: the base of the paths in its options. */
  readonly workingDirectory: string;
  readonly environment: Environment;
}

/**
 * What a file in `commands/` exports; the file's name is the command's. Results go to stdout, notes to stderr.
 * `run` resolves to the exit status: 0 ok, 1 a check failed; what it throws is printed and is status 2: could not run.
 */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `nexus <command> --help` prints: the call and its options. */
  readonly usage: string;
  /** Of a command with subcommands: what to print instead when there are words around `--help`. */
  readonly usageOf?: (words: readonly string[]) => string;
  readonly run: (words: readonly string[], context: CommandContext) => Promise<number>;
}
