import { createClient, type Client } from '@nexus/contracts';
import { nanoToUsd, usdToNano } from '@nexus/finops';
import { startLlmSimulator, type LlmSimulator } from '@nexus/simulators';
import { parseArgs } from 'node:util';
import type { CommandContext } from '../../command.ts';
import { failureWithCode } from '../../failure-with-code.ts';
import { inertJson } from '../../letters/inert-text.ts';
import { chooseLanguage, LANGUAGES } from '../../letters/language.ts';
import { count } from '../../letters/moment.ts';
import { type OperatorConsole, processConsole } from '../../letters/operator-console.ts';
import { untilToldToStop } from '../../stack/until-told-to-stop.ts';
import { createStepReport } from '../../step-report.ts';
import { failureOf, showTrouble, storyConsole, toldToStop } from '../demo-run.ts';
import { type DemoStack, startDemoStack } from '../demo-stack.ts';
import { progressLine } from '../progress-line.ts';
import { budgetSums } from './budget-sums.ts';
import { type BudgetWords, budgetWordsIn } from './budget-words.ts';
import { describeBudget } from './describe-budget.ts';
import { type CallTotals, fireCalls } from './fire-calls.ts';
import { measure } from './measure.ts';

const OPTIONS = {
  calls: { type: 'string', default: '5000' },
  cap: { type: 'string', default: '0.2' },
  json: { type: 'boolean', default: false },
  lang: { type: 'string' },
} as const;

/** Little more than the simulated answers have, so that much of the budget is really spent. */
const OUTPUT_TOKENS = 40;

export const budgetUsage = `Usage: npx nexus demo budget [--calls N] [--cap USD] [--json] [--lang LANG]

Makes 5,000 priced calls at the same time at two supervisors that share one small budget, and adds everything up: what
the answers say, the counters, the ledger, the report and the metrics. Real HTTP, a real Redis, simulated providers; no
key and no network. It has a Redis and supervisors of its own and removes them afterwards. Exit status 0 only if nothing
was spent above the budget, nothing is left reserved, and all sums agree to the nano-USD.

  --calls N     how many calls (5000)
  --cap USD     the budget of the day (0.2)
  --json        the outcome as one JSON document on stdout; the story goes to stderr
  --lang LANG   en or ko (NEXUS_LANG, LANG)
`;

/** Exit status 0: all sums agree; 1: they do not, or a step failed; 2: could not run; 130: Ctrl-C. */
export async function runBudgetDemo(typed: readonly string[], context: CommandContext): Promise<number> {
  const { values } = parseArgs({ args: [...typed], options: OPTIONS });
  const calls = /^[1-9]\d{0,5}$/.test(values.calls) ? Number(values.calls) : undefined;
  const cap = usdToNano(values.cap);
  if (calls === undefined || cap === undefined) {
    const advice = '--calls is a whole number from 1 to 999999, --cap an amount in USD such as 0.2.';
    throw failureWithCode('OPTION_INVALID', `demo budget: ${advice}`);
  }
  const lang = LANGUAGES.find((language) => language === values.lang);
  if (values.lang !== undefined && lang === undefined) throw failureWithCode('OPTION_INVALID', '--lang is en or ko.');
  const words = budgetWordsIn(chooseLanguage(lang, context.environment));
  const console = storyConsole(processConsole(), values.json);
  const report = createStepReport();
  const signal = untilToldToStop(context.environment['NEXUS_LAUNCHER_PID']);
  const simulator = await startLlmSimulator({});
  let stack: DemoStack | undefined;
  try {
    stack = await report.step(
      words.stack,
      () =>
        startDemoStack({
          ...context,
          name: 'budget',
          variables: variables(simulator, nanoToUsd(cap)),
          supervisors: 2,
          onLine: showTrouble,
          signal,
        }),
      ({ urls }) => urls.join(' '),
    );
    console.result(`\n${console.paint('bold', '#')} ${words.title(count(calls), nanoToUsd(cap))}\n\n`);
    const { totals, measured } = await Promise.race([
      spend(stack, { calls, cap, words, console }),
      toldToStop(signal),
      failureOf(stack),
    ]);
    const sums = budgetSums(measured);
    const ok = sums.every(({ agrees }) => agrees);
    console.result(describeBudget({ totals, measured, sums }, words, console.paint));
    if (values.json) {
      process.stdout.write(inertJson({ ok, calls, cap_nano: String(cap), spent_nano: String(measured.spent), sums }));
    }
    return ok ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 130;
    process.stderr.write(`\nnexus demo budget: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await report.step(words.stopped, async () => {
      await stack?.stop();
      await simulator.close();
    });
  }
}

type Spending = { calls: number; cap: bigint; words: BudgetWords; console: OperatorConsole };

async function spend(
  stack: DemoStack,
  { calls, cap, words, console }: Spending,
): Promise<{ totals: CallTotals; measured: Awaited<ReturnType<typeof measure>> }> {
  const { userKey, adminKey } = stack.settings;
  const clients: Client[] = stack.urls.map((baseUrl) =>
    createClient({ baseUrl, key: userKey, adminKey, timeoutMs: 60_000 }),
  );
  const totals = await fireCalls({
    urls: stack.urls,
    key: userKey,
    calls,
    body: (place) => ({
      input_text: `Write the name of customer group ${place} in one line.`,
      purpose: PURPOSES[place % PURPOSES.length],
      team: TEAMS[place % TEAMS.length],
      max_tokens: OUTPUT_TOKENS,
      cache_ttl_s: 0,
    }),
    onDone: progressLine(console, { label: words.firing, total: calls }),
  });
  const measured = await measure({ stack, clients, totals, calls, cap });
  return { totals, measured };
}

const TEAMS = ['sales', 'support', 'ops'] as const;
const PURPOSES = ['chat', 'summary'] as const;

/** One provider, no sharing of answers, no limit but the budget. */
function variables({ bases }: LlmSimulator, cap: string): Record<string, string> {
  return {
    LLM_PRIMARY_PROVIDER: 'gemini',
    LLM_FALLBACK_PROVIDERS: 'gemini',
    GEMINI_API_BASE: bases.gemini,
    GEMINI_API_KEY: 'demo-key',
    LLM_BUDGET_DAILY_USD: cap,
    LLM_BUDGET_SOFT_PCT: '1',
    LLM_RATE_LIMIT_RPM: '1000000',
    LLM_DEDUPE_ENABLED: 'false',
    LLM_MAX_RETRIES: '0',
  };
}
