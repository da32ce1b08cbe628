import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  CHAIN_KINDS,
  type ChainKind,
  type ChainReport,
  type FileVerdict,
  kindOfFile,
  readChainState,
  verifyChain,
  verifyFile,
} from '@nexus/finops-ledger';
import { failureWithCode } from '../failure-with-code.ts';
import { inertJson, inertText } from '../letters/inert-text.ts';
import { count } from '../letters/moment.ts';
import type { LedgerContext } from './ledger-context.ts';
import { type LedgerRedis, mayHaveRedis, type Redis } from './ledger-place.ts';
import { ledgerProgress } from './ledger-progress.ts';

type Check =
  | ({ what: 'chain'; kind: ChainKind; directory: string } & ChainReport)
  | ({ what: 'file'; kind: ChainKind; file: string } & FileVerdict);

/** `nexus ledger verify`. Exit status 1 when anything is broken. */
export async function verifyTask(context: LedgerContext): Promise<number> {
  const { command, console, options, place } = context;
  const file = options.file === undefined ? undefined : resolve(command.workingDirectory, options.file);
  if (file !== undefined && !(existsSync(file) && statSync(file).isFile())) {
    throw failureWithCode('FILE_MISSING', `There is no file ${inertText(file, 500)}. Name another with --file.`);
  }
  const connection = file !== undefined && !options.head ? undefined : await connectIfThere(context);
  try {
    const checks: Check[] = [];
    const kinds = options.kind === undefined ? CHAIN_KINDS : [options.kind];
    const look = (check: Check): void => {
      checks.push(check);
      if (!options.json) console.result(textOf(check, context));
    };
    if (file !== undefined) look(await checkFile(file, connection?.redis, context));
    for (const kind of file === undefined ? kinds : []) {
      look(await checkChain(kind, connection?.redis, context));
      const standard = place.standardExport(kind);
      if (existsSync(standard)) look(await checkFile(standard, connection?.redis, context));
    }
    const ok = checks.every((check) => check.ok);
    if (options.json) console.result(inertJson({ ok, checks }));
    return ok ? 0 : 1;
  } finally {
    await connection?.close();
  }
}

/** Verifying goes on without Redis, and says so. */
async function connectIfThere(context: LedgerContext): Promise<LedgerRedis | undefined> {
  const { command, place, words } = context;
  if (!mayHaveRedis(command, place.dataDirectory)) return undefined;
  try {
    return await context.connect();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.console.note(`${words.noRedis(inertText(why, 300))}\n`);
    return undefined;
  }
}

async function checkChain(kind: ChainKind, redis: Redis | undefined, context: LedgerContext): Promise<Check> {
  const { console, options, place, words } = context;
  const directory = place.segmentsOf(kind);
  const progress = ledgerProgress(console, words.kinds[kind]);
  const report = await verifyChain({ kind, directory, redis, ...(options.json ? {} : { onProgress: progress.show }) });
  progress.end();
  return { what: 'chain', kind, directory, ...report };
}

async function checkFile(file: string, redis: Redis | undefined, context: LedgerContext): Promise<Check> {
  const { console, options, words } = context;
  const kind = options.kind ?? (await kindOfFile(file));
  const state = redis === undefined ? undefined : await readChainState(redis, kind);
  const { size } = statSync(file);
  const progress = ledgerProgress(console, words.kinds[kind]);
  const verdict = await verifyFile(file, {
    head: state,
    ...(options.json ? {} : { onProgress: (bytes) => progress.show(bytes, size) }),
  });
  progress.end();
  return { what: 'file', kind, file, ...verdict };
}

function textOf(check: Check, context: LedgerContext): string {
  const { words, console } = context;
  const name = check.what === 'chain' ? `${words.kinds[check.kind]} ${check.directory}` : check.file;
  const verdict = check.ok ? console.paint('green', words.ok) : console.paint('red', words.broken);
  const lines = [`${verdict}  ${inertText(name, 500)}`, ...problemLines(check, context)];
  const facts = check.what === 'chain' ? chainFacts(check, context) : fileFacts(check, context);
  return `${[...lines, ...facts].map((line, index) => (index === 0 ? line : `  ${line}`)).join('\n')}\n`;
}

function problemLines({ problem }: Check, { words, console }: LedgerContext): string[] {
  if (problem === undefined) return [];
  const place = 'file' in problem ? `${inertText(problem.file, 300)}, ` : '';
  const what = console.paint('bold', `${place}${words.line(problem.line)}: ${words.damages[problem.damage]}`);
  return [what, inertText(problem.text, 500)];
}

function chainFacts(check: ChainReport, { words }: LedgerContext): string[] {
  if (check.ok && check.records === 0 && check.segments === 0) return [words.nothing];
  const { records, segments, head, unknown_files } = check;
  const facts = [`${words.sealed(count(records))}, ${words.segments(count(segments))}`];
  facts.push(head === 'same' ? words.headSame : words.headUnknown);
  if (unknown_files.length > 0) facts.push(words.unknownFiles(inertText(unknown_files.join(', '), 300)));
  return check.ok ? facts : [];
}

function fileFacts(verdict: FileVerdict, { words }: LedgerContext): string[] {
  if (!verdict.ok) return [];
  const { lines, partial, end, behind_head, respelled } = verdict;
  const facts = [words.records(count(lines)), partial ? words.partial : words.whole, words.ends[end]];
  if ((behind_head ?? 0) > 0) facts.push(words.behind(count(behind_head ?? 0)));
  if (respelled > 0) facts.push(words.respelled(count(respelled)));
  return facts;
}
