import { findRedis } from '@nexus/local-redis';
import { parseArgs } from 'node:util';
import { type Stage, STAGES, type StageContext } from '../checks/stages.ts';
import { addCounts, type Counts, forgetCounts } from '../checks/test-counts.ts';
import type { CommandContext } from '../command.ts';
import { failureWithCode } from '../failure-with-code.ts';
import { stackSettings } from '../stack/stack-settings.ts';
import { createStepReport, duration, type StepReport } from '../step-report.ts';

export const summary = 'run every check';

const NAMES = STAGES.map(({ name }) => name);

export const usage = `Usage: npm test [-- --only NAME[,NAME]... --affected COMMIT]

Runs every check and ends with one line: N passed, M failed. Nothing is skipped because something else failed.

  --only NAME        only these, in this order: ${NAMES.join(', ')}
  --affected COMMIT  lint, typecheck, unit and build only for what differs from that commit
`;

/** Exit status 1 when a check failed. */
export async function run(words: readonly string[], { root, environment }: CommandContext): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { only: { type: 'string' }, affected: { type: 'string' } },
  });
  const stages = chosenStages(values.only);
  const started = performance.now();
  const report = createStepReport();
  forgetCounts(root);
  const context: StageContext = {
    root,
    environment: { ...environment, ...(await redisForTests(environment, { root, report })) },
    write: (text) => void process.stderr.write(text),
    ...(values.affected === undefined ? {} : { affectedSince: values.affected }),
  };
  const all: Counts[] = [];
  for (const stage of stages) all.push(await runStage(stage, context, report));
  const { passed, failed, skipped } = addCounts(all);
  report.note(
    `all of it took ${duration(performance.now() - started)}${skipped > 0 ? `, and ${skipped} tests were skipped` : ''}`,
  );
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function chosenStages(only: string | undefined): Stage[] {
  const names = only?.split(',').map((name) => name.trim()) ?? NAMES;
  const unknown = names.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) {
    throw failureWithCode(
      'STAGE_UNKNOWN',
      `There is no check called ${unknown.join(', ')}; there are ${NAMES.join(', ')}.`,
    );
  }
  return STAGES.filter(({ name }) => names.includes(name));
}

/** Found once, so that tests that run side by side do not each look for it. */
async function redisForTests(
  environment: CommandContext['environment'],
  { root, report }: { root: string; report: StepReport },
): Promise<CommandContext['environment']> {
  const { dataDirectory } = stackSettings(environment, root);
  const find = (): ReturnType<typeof findRedis> =>
    findRedis({ environment, dataDirectory, report: (line) => report.note(line), preferProgram: true });
  const binary = await report.step('Redis for the tests', find, ({ origin }) => origin);
  return binary.kind === 'program' ? { NEXUS_REDIS_SERVER: binary.command } : {};
}

async function runStage(stage: Stage, context: StageContext, report: StepReport): Promise<Counts> {
  report.note(`${stage.name} …`);
  const started = performance.now();
  const counts = await stage.run(context);
  const mark = counts.failed === 0 ? '✓' : '✗';
  context.write(
    `${mark} ${stage.name}: ${counts.passed} passed, ${counts.failed} failed  ${duration(performance.now() - started)}\n`,
  );
  return counts;
}
