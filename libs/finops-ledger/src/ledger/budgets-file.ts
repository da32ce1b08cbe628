import { usdToNano } from '@nexus/finops';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { assertCap, type DeclaredCap } from './budget.ts';
import { isBudgetScope } from './budget-scopes.ts';

/** The caps of a budgets file, or everything that is wrong with it. */
export type BudgetsFile = { ok: true; caps: DeclaredCap[] } | { ok: false; problems: string[] };

const amount = z
  .union([z.string(), z.number()])
  .transform((written) => usdToNano(String(written)))
  .pipe(z.bigint({ error: 'must be an amount in USD such as 250 or "12.50"' }));

const entry = z.strictObject({
  scope: z.string().refine((text) => isBudgetScope(text), {
    error: 'must be global, team:<name>, project:<team>/<name>, purpose:<name> or key:<user|agent|admin>',
  }),
  period: z.enum(['day', 'month'], { error: 'must be day or month' }),
  hard_usd: amount,
  soft_ratio: z.number().min(0).max(1).default(0.8),
});

const file = z.strictObject({ budgets: z.array(entry).max(10_000) });

/** Reads a budgets file: YAML, of which JSON is a part. Strict: a member nobody knows is a problem, as is a cap twice. */
export function parseBudgetsFile(text: string): BudgetsFile {
  const read = readYaml(text);
  if (!read.ok) return read;
  const parsed = file.safeParse(read.value);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    };
  }
  const caps: DeclaredCap[] = [];
  const problems: string[] = [];
  for (const [index, { scope, period, hard_usd: hard_nano, soft_ratio }] of parsed.data.budgets.entries()) {
    const soft_nano = (hard_nano * BigInt(Math.round(soft_ratio * 1_000_000))) / 1_000_000n;
    const cap = { scope, period, hard_nano, soft_nano };
    const problem = problemOf(cap, caps);
    if (problem === undefined) caps.push(cap);
    else problems.push(`budgets.${index}: ${problem}`);
  }
  return problems.length === 0 ? { ok: true, caps } : { ok: false, problems };
}

function problemOf(cap: DeclaredCap, before: readonly DeclaredCap[]): string | undefined {
  const { scope, period } = cap;
  if (scope === 'global' && period === 'day') return 'the daily budget of everything is LLM_BUDGET_DAILY_USD';
  if (before.some((other) => other.scope === scope && other.period === period))
    return `${period} ${scope} is there twice`;
  try {
    assertCap(cap);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'cannot be kept';
  }
}

type Read = { ok: true; value: unknown } | { ok: false; problems: string[] };

function readYaml(text: string): Read {
  try {
    const document = parseDocument(text, { prettyErrors: true });
    if (document.errors.length > 0) {
      return { ok: false, problems: document.errors.map(({ message }) => `is not YAML: ${firstLine(message)}`) };
    }
    // Aliases are how a small file becomes a huge value.
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return {
      ok: false,
      problems: [`cannot be read: ${error instanceof Error ? firstLine(error.message) : 'unknown'}`],
    };
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
