import { usdToNano, type SpentAmount } from '@nexus/finops';
import { z } from 'zod';

const name = z.string().catch('');

const schema = z.object({
  ts: z.number().nonnegative().optional().catch(undefined),
  ts_utc: z.string().optional().catch(undefined),
  actual_cost_nano: z
    .string()
    .regex(/^-?\d{1,19}$/)
    .optional(),
  actual_cost_usd: z.union([z.string(), z.number()]).optional(),
  provider: name,
  model: name,
  team: name,
  project: name,
});

/**
 * When and what was spent, of a cost record (contract 10.1) as JSON text. Asks for less than a report does: a record
 * without a model or tokens has cost its money all the same. Undefined when it cannot be read. Never throws.
 */
export function readSpentRecord(line: string): SpentAmount | undefined {
  const parsed = schema.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const { ts, ts_utc, actual_cost_nano, actual_cost_usd, ...tags } = parsed.data;
  const at = ts === undefined ? Date.parse(ts_utc ?? '') : ts * 1000;
  const nano = actual_cost_nano === undefined ? nanoOf(actual_cost_usd) : BigInt(actual_cost_nano);
  return Number.isNaN(at) || nano === undefined ? undefined : { ...tags, ts: at, nano };
}

function nanoOf(usd: string | number | undefined): bigint | undefined {
  const text = typeof usd === 'number' ? usd.toFixed(9) : (usd ?? '');
  const negative = text.startsWith('-');
  const nano = usdToNano(negative ? text.slice(1) : text);
  return nano !== undefined && negative ? -nano : nano;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
