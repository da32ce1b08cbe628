/**
 * npx nexus parity [--check]: drives every case against the door and the peer and writes the table into
 * docs/llm-router.md. Exit 0 when every case of ours is right (and, with --check, the document says so), 1 when not,
 * 2 when it could not be run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { countRight, renderParity, replaceParity } from './parity-table.ts';
import { runParity } from './run-parity.ts';

const file = new URL('../../../../docs/llm-router.md', import.meta.url);

async function main(args: string[]): Promise<number> {
  const run = await runParity((line) => void process.stderr.write(`  ${line}\n`));
  const table = renderParity(run);
  const { cases, ours, peer } = countRight(run);
  process.stdout.write(`${table}\n\n${run.ours} ${ours} of ${cases}, ${run.peer} ${peer} of ${cases}\n`);
  const document = readFileSync(file, 'utf8');
  const day = new Date().toISOString().slice(0, 10);
  const wanted = replaceParity(document, { table, day });
  const same = wanted === document;
  if (args.includes('--check') && !same)
    process.stderr.write('docs/llm-router.md has another table; run npx nexus parity\n');
  if (!args.includes('--check') && !same) {
    writeFileSync(file, wanted);
    process.stdout.write('wrote docs/llm-router.md\n');
  }
  return ours === cases && (same || !args.includes('--check')) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error: unknown) {
  process.stderr.write(`parity could not be run: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
