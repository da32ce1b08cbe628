import { randomUUID } from 'node:crypto';
import { costNano, createPriceOf, listNano, type TokenUsage } from '@nexus/finops';
import { createLedger, type Ledger, type ReserveRequest, type Settlement } from '@nexus/finops-ledger';
import { connectRedis } from '@nexus/runtime';

type Redis = ReturnType<typeof connectRedis>;

/** Distinct combinations of tags that the calls of a day take turns with. */
export const COMBINATIONS = 200;

const MODELS = [
  ['gemini', 'gemini-3-flash-preview'],
  ['openai', 'gpt-5.2'],
  ['anthropic', 'claude-sonnet-4-5-20250929'],
  ['glm', 'glm-4.7'],
  ['openai-compatible', 'qwen3-32b'],
] as const;
const PROJECTS = [
  ['finance', 'invoices'],
  ['finance', 'month-end'],
  ['ops', 'kakao-orders'],
  ['ops', 'deliveries'],
  ['support', 'mail-triage'],
  ['support', 'refunds'],
  ['platform', 'autofix'],
  ['hr', 'contracts'],
] as const;
const PURPOSES = ['excel_kakao', 'summary', 'classification', 'schema_repair', 'autofix'] as const;

/** Holds are made for so many seconds. */
const LIFETIME_S = 120;
const USD = 1_000_000_000n;

const priceOf = createPriceOf({});

/** A call as the supervisor reserves and settles it; without `reserved_at`, which the reservation answers. */
export type BenchCall = { request: ReserveRequest; cost: Omit<Settlement, 'reserved_at'> };

/**
 * The nth call: combinations take turns, sizes vary, a third reads from the provider's cache, every one belongs to a task.
 * One in four has a caller with a key of its own, and so a scope more; none without `callerKeys`.
 */
export function benchCall(n: number, { callerKeys = true } = {}): BenchCall {
  const [provider, model] = MODELS[n % 5] ?? MODELS[0];
  const [team, project] = PROJECTS[Math.floor(n / 5) % 8] ?? PROJECTS[0];
  const tags = { team, project, purpose: PURPOSES[Math.floor(n / 40) % 5] ?? PURPOSES[0] };
  const usage = usageOf(n, provider);
  const price = priceOf(provider, model, Date.UTC(2026, 0, 1));
  const estimate_nano = listNano({ ...usage, output: 1024 }, price);
  const key = callerKeys && n % 4 === 0 ? { key: 'kakao-worker' } : {};
  return {
    request: { reservation_id: randomUUID(), estimate_nano, tags, lifetime_s: LIFETIME_S, ...key },
    cost: {
      estimate_nano,
      actual_nano: costNano(usage, price),
      list_nano: listNano(usage, price),
      provider,
      model,
      tags,
      ...key,
      usage,
      approx: n % 50 === 0,
      wasted: n % 60 === 0,
      price_source: provider === 'openai-compatible' ? 'base' : 'book',
      key_id: `${provider}-1`,
      fp: randomUUID().replaceAll('-', '').slice(0, 16),
      task_id: randomUUID(),
      latency_ms: 400 + scattered(n, 5000),
      budget_reason: 'ok',
    },
  };
}

function usageOf(n: number, provider: string): TokenUsage {
  const prompt = 300 + scattered(n + 1, 3000);
  const cached = n % 3 === 0 ? Math.floor(prompt / 2) : 0;
  const reasoning = provider === 'openai' ? 64 + scattered(n + 2, 500) : 0;
  return {
    input: prompt - cached,
    cache_read: cached,
    cache_write: 0,
    output: 50 + scattered(n + 3, 800),
    reasoning,
  };
}

/** A whole number below `below` that looks random and is the same for the same n. */
function scattered(n: number, below: number): number {
  return (Math.imul(n, 0x9e3779b1) >>> 0) % below;
}

/** A connection as the supervisor opens it for calls. */
export function connectForCalls(url: string): Redis {
  return connectRedis({
    url,
    purpose: 'request',
    name: 'nexus-bench',
    onError: (error) => void process.stderr.write(`${error.message}\n`),
  });
}

/** The ledger on this connection, with a daily cap of everything that nothing here reaches. */
export function openBenchLedger(redis: Redis): Ledger {
  return createLedger(redis, {
    zone: 'UTC',
    dailyNano: 1_000_000n * USD,
    softFraction: 0.8,
    hardFraction: 1,
    now: Date.now,
  });
}

/** Caps on every team and every project, for the day and for the month, that nothing here reaches. */
export async function setCaps(ledger: Ledger): Promise<void> {
  const cap = { hard_nano: 500_000n * USD, soft_nano: 400_000n * USD };
  const scopes = PROJECTS.flatMap(([team, project]) => [`team:${team}`, `project:${team}/${project}`]);
  for (const scope of new Set(scopes)) {
    for (const period of ['day', 'month'] as const) await ledger.setCap(period, scope, cap);
  }
}

/** Reserves and settles one call. Rejects when it was refused or counted before: then the figures would mean nothing. */
export async function makeCall(ledger: Ledger, { request, cost }: BenchCall): Promise<void> {
  const held = await ledger.reserve(request);
  if (held?.ok !== true) throw new Error(`a call was refused: ${held?.reason ?? 'no answer'}`);
  const { changed } = await ledger.settle(request.reservation_id, { ...cost, reserved_at: held.reserved_at });
  if (!changed) throw new Error('a call had been settled before');
}

/** Acts `count` times, with so many under way at the same time. */
export async function inFlight(
  count: number,
  act: (n: number) => Promise<unknown>,
  { width }: { width: number },
): Promise<void> {
  let next = 0;
  async function work(): Promise<void> {
    while (next < count) {
      next += 1;
      await act(next - 1);
    }
  }
  await Promise.all(Array.from({ length: width }, work));
}
