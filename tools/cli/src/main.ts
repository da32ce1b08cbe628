import { join } from 'node:path';
import { runCli } from './run-cli.ts';

const root = join(import.meta.dirname, '../../..');

// npm runs scripts in the project's folder and tells in INIT_CWD where the user was.
const workingDirectory = process.cwd() === root ? (process.env['INIT_CWD'] ?? root) : process.cwd();

process.exitCode = await runCli(process.argv.slice(2), { root, workingDirectory, environment: process.env });
