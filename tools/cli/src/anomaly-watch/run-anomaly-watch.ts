import { ANOMALY_TITLE, applyRules, createLedger } from '@nexus/finops-ledger';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { CommandContext } from '../command.ts';
import { inertJson } from '../letters/inert-text.ts';
import { chooseLanguage } from '../letters/language.ts';
import { processConsole } from '../letters/operator-console.ts';
import { muteScope } from './mute-scope.ts';
import { isRedisAway, openRedis, redisAway } from './open-redis.ts';
import { openSources, type Redis } from './open-sources.ts';
import { runBacktest } from './run-backtest.ts';
import { anomaliesOf, claimFresh, sendAnomalies, toldToChat, type Anomaly } from './tell-anomalies.ts';
import { tellNote, type WatchContext, type WatchSurroundings } from './watch-context.ts';
import { watchOptions } from './watch-options.ts';
import { watchSettings } from './watch-settings.ts';
import { watchWords } from './watch-words.ts';

/**
 * Runs `npx nexus anomaly-watch`: 0 normal, 1 an anomaly was found, 2 nobody could be told. What it throws has a code and
 * a sentence for people, and is status 2 too.
 */
export async function runAnomalyWatch(
  words: readonly string[],
  command: CommandContext,
  surroundings: WatchSurroundings = realSurroundings(),
): Promise<number> {
  const options = watchOptions(words);
  const language = chooseLanguage(options.lang, command.environment);
  const context = { ...surroundings, command, options, settings: watchSettings(command), words: watchWords(language) };
  if (options.backtest !== undefined) return runBacktest(context, options.backtest);
  const { redis, close } = await openRedis(command, {
    // With both files it is needed for nothing.
    optional: options.ledger !== undefined && options.audit !== undefined,
    report: (line) => tellNote(context, line),
  });
  try {
    return options.mute === undefined && options.unmute === undefined
      ? await look(context, redis)
      : await muteScope(context, redis);
  } catch (error) {
    throw isRedisAway(error) ? redisAway() : error;
  } finally {
    await close();
  }
}

async function look(context: WatchContext, redis: Redis | undefined): Promise<number> {
  const { options, settings, words, command, now } = context;
  const language = chooseLanguage(options.lang, command.environment);
  const pathOf = (file: string | undefined) =>
    file === undefined ? undefined : resolve(command.workingDirectory, file);
  const sources = openSources({
    ledgerFile: pathOf(options.ledger),
    auditFile: pathOf(options.audit),
    circuitFile: settings.BREAKER_STATE_PATH,
    redis,
    openLedger: (open) => context.openLedger(open, command.environment['FINOPS_TZ']?.trim() || 'UTC'),
    dryRun: options.dryRun,
    now: now(),
    words,
    note: (text) => tellNote(context, text),
  });
  const outcome = await applyRules(sources, settings, now());
  const episodes = (await sources.store?.episodes()) ?? [];
  const skipped = outcome.skipped + sources.skippedSpend();
  if (skipped > 0) tellNote(context, words.skipped(skipped));
  const windowMin = settings.ANOMALY_WINDOW_MIN;
  const found = anomaliesOf({ findings: outcome.findings, episodes }, { windowMin, language });
  return tell(context, { found, skipped, redis });
}

type Found = { found: readonly Anomaly[]; skipped: number; redis: Redis | undefined };

async function tell(context: WatchContext, { found, skipped, redis }: Found): Promise<number> {
  const { options, words } = context;
  const told = toldToChat(options.dryRun ? undefined : redis, randomUUID());
  const fresh = await claimFresh(found, told);
  const notice = fresh.length === 0 || options.dryRun ? undefined : await sendAnomalies(fresh, context.settings);
  const isUndelivered = notice !== undefined && notice.delivered.length === 0 && notice.failed.length > 0;
  for (const { key, seconds } of fresh) await (isUndelivered ? told.release(key) : told.commit(key, seconds));
  print(context, { found, fresh, skipped, notice });
  const known = found.length - fresh.length;
  if (known > 0) tellNote(context, words.alreadyTold(known));
  for (const { channel, error } of notice?.failed ?? []) tellNote(context, words.channelFailed(channel, error));
  if (isUndelivered) context.console.note(`${words.undelivered}\n`);
  else if (notice?.delivered.length === 0) tellNote(context, words.notSet);
  if (fresh.length > 0 && redis === undefined && !options.dryRun) tellNote(context, words.noMemory);
  if (isUndelivered) return 2;
  return found.length > 0 ? 1 : 0;
}

type Outcome = Pick<Found, 'found' | 'skipped'> & {
  fresh: readonly Anomaly[];
  notice: Awaited<ReturnType<typeof sendAnomalies>> | undefined;
};

function print({ options, console }: WatchContext, { found, fresh, skipped, notice }: Outcome): void {
  if (!options.json) {
    if (fresh.length > 0) console.result(`${[ANOMALY_TITLE, ...fresh.map(({ line }) => `  ${line}`)].join('\n')}\n`);
    return;
  }
  const anomalies = found.map(({ key, line, facts }) => ({
    key,
    line,
    told_before: !fresh.some((each) => each.key === key),
    ...facts,
  }));
  const document = { title: ANOMALY_TITLE, dry_run: options.dryRun, anomalies, skipped, notice: notice ?? null };
  console.result(inertJson(JSON.parse(JSON.stringify(document, bigintAsText))));
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function realSurroundings(): WatchSurroundings {
  return {
    console: processConsole(),
    now: Date.now,
    // Only read: the budget it would keep does not matter.
    openLedger: (redis, zone) =>
      createLedger(redis, { zone, dailyNano: 0n, softFraction: 1, hardFraction: 1, now: Date.now }),
  };
}
