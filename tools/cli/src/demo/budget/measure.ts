import type { Client } from '@nexus/contracts';
import { usdToNano } from '@nexus/finops';
import { createLedger } from '@nexus/finops-ledger';
import { connectRedis } from '@nexus/runtime';
import { bodyOf } from '../../letters/subcommand.ts';
import type { DemoStack } from '../demo-stack.ts';
import type { Measured } from './budget-sums.ts';
import type { CallTotals } from './fire-calls.ts';

const METRIC = /^nexus_llm_cost_usd_total\{[^}]*\} (\S+)$/gm;

export interface MeasureOptions {
  readonly stack: DemoStack;
  /** One for each supervisor. */
  readonly clients: readonly Client[];
  readonly totals: CallTotals;
  readonly calls: number;
  readonly cap: bigint;
}

/** Asks everybody who counts money, each in its own way. */
export async function measure({ stack, clients, totals, calls, cap }: MeasureOptions): Promise<Measured> {
  const [client] = clients;
  if (client === undefined) throw new Error('There is no supervisor to ask.');
  const { budgets } = bodyOf(await client.finopsBudgets());
  const whole = budgets.find(({ scope, period }) => scope === 'global' && period === 'day');
  if (whole === undefined) throw new Error('The supervisor tells of no budget of the day.');
  const { key: day } = whole;
  const summary = bodyOf(await client.finopsSummary({ query: { from: day, to: day } }));
  return {
    calls,
    answered: totals.answered,
    refused: totals.refused,
    paid: totals.paid,
    cap,
    spent: BigInt(whole.spent_nano),
    reserved: BigInt(whole.reserved_nano),
    ledger: await sumOfLedger(client, day),
    report: totalOf(summary),
    metricUsd: await sumOfMetrics(stack.urls),
    differences: await differences(stack.redisUrl, day),
  };
}

async function sumOfLedger(client: Client, day: string): Promise<bigint> {
  let sum = 0n;
  let cursor: string | undefined;
  do {
    const query = { from: day, to: day, limit: '1000', ...(cursor === undefined ? {} : { cursor }) };
    const page = bodyOf(await client.finopsLedger({ query }));
    for (const { actual_cost_nano } of page.items) sum += BigInt(actual_cost_nano);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return sum;
}

function totalOf(summary: Record<string, unknown>): bigint {
  const totals = summary['totals'] as { cost_usd?: string } | undefined;
  const nano = usdToNano(totals?.cost_usd ?? '');
  if (nano === undefined) throw new Error('The report has no total.');
  return nano;
}

async function sumOfMetrics(urls: readonly string[]): Promise<number> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return texts.flatMap((text) => [...text.matchAll(METRIC)]).reduce((sum, [, value]) => sum + Number(value), 0);
}

async function differences(url: string, day: string): Promise<number> {
  const redis = connectRedis({ url, purpose: 'request', name: 'nexus-demo', onError: () => undefined });
  try {
    const ledger = createLedger(redis, { zone: 'UTC', dailyNano: 0n, softFraction: 1, hardFraction: 1, now: Date.now });
    return (await ledger.reconcile(day, day)).differences.length;
  } finally {
    redis.disconnect();
  }
}
