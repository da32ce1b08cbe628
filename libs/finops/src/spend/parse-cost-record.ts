import { z } from 'zod';
import { usdToNano } from '../money/usd-text.ts';

/**
 * A cost record as reports read it, also from files that other programs wrote. Money in nano-USD; `ts` in seconds since
 * 1970. What a file need not have is empty: `''`, `null`, 0.
 */
export type ReadCostRecord = {
  ts: number;
  provider: string;
  model: string;
  purpose: string;
  team: string;
  project: string;
  fp: string;
  estimated_nano: bigint;
  actual_nano: bigint;
  tokens_in: number;
  tokens_out: number;
  approx_tokens: boolean;
  latency_ms: number;
  budget_reason: string;
  key_id: string;
  reservation_id: string;
  task_id: string | null;
};

/** `why` is a short sentence without anything of the line's text in it. */
export type ParsedCostRecord = { ok: true; record: ReadCostRecord } | { ok: false; why: string };

const usd = z.union([z.string(), z.number()]);
const nano = z.string().regex(/^-?\d{1,19}$/, 'is not a whole number of nano-USD as text');
const tokens = z.number().int().nonnegative();

const schema = z.object({
  ts: z.number().nonnegative().optional(),
  ts_utc: z.string().optional(),
  provider: z.string(),
  model: z.string(),
  purpose: z.string().default(''),
  team: z.string().default(''),
  project: z.string().default(''),
  fp: z.string().default(''),
  estimated_cost_usd: usd.optional(),
  estimated_cost_nano: nano.optional(),
  actual_cost_usd: usd.optional(),
  actual_cost_nano: nano.optional(),
  tokens_in: tokens,
  tokens_out: tokens,
  approx_tokens: z.boolean().default(false),
  latency_ms: z.number().nonnegative().default(0),
  budget_reason: z.string().default(''),
  key_id: z.string().nullable().default(''),
  reservation_id: z.string().default(''),
  task_id: z.string().nullable().default(null),
});

/**
 * Reads one line of a ledger's JSONL. Amounts in USD may be texts or JSON numbers; a number is rounded to nano-USD. When
 * USD and nano are both there and differ, the line is refused: one of them was changed. Never throws.
 */
export function parseCostRecord(line: string): ParsedCostRecord {
  const json = parseJson(line);
  if (json === undefined) return { ok: false, why: 'it is not JSON' };
  const parsed = schema.safeParse(json);
  if (!parsed.success) return { ok: false, why: describe(parsed.error) };
  const { ts, ts_utc, estimated_cost_usd, estimated_cost_nano, actual_cost_usd, actual_cost_nano, key_id, ...rest } =
    parsed.data;
  const at = ts ?? Date.parse(ts_utc ?? '') / 1000;
  if (Number.isNaN(at)) return { ok: false, why: 'it has neither ts nor a readable ts_utc' };
  const actual = amount(actual_cost_usd, actual_cost_nano);
  if (typeof actual === 'string') return { ok: false, why: `actual_cost: ${actual}` };
  const missing = estimated_cost_usd === undefined && estimated_cost_nano === undefined;
  const estimated = missing ? 0n : amount(estimated_cost_usd, estimated_cost_nano);
  if (typeof estimated === 'string') return { ok: false, why: `estimated_cost: ${estimated}` };
  const record = { ...rest, ts: at, key_id: key_id ?? '', actual_nano: actual, estimated_nano: estimated };
  return { ok: true, record };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** The amount, or what is wrong with it. */
function amount(written: string | number | undefined, nanoText: string | undefined): bigint | string {
  const fromNano = nanoText === undefined ? undefined : BigInt(nanoText);
  if (written === undefined) return fromNano ?? 'is missing';
  const fromUsd = signedNano(typeof written === 'number' ? decimal(written) : written);
  if (fromUsd === undefined) return 'is not an amount of USD';
  if (fromNano === undefined) return fromUsd;
  // A number has lost what is behind its 15th digit or so; the nano next to it has not.
  const slack = typeof written === 'number' ? 1n + magnitude(fromNano) / 10n ** 14n : 0n;
  return magnitude(fromUsd - fromNano) <= slack ? fromNano : 'USD and nano-USD differ';
}

function signedNano(text: string): bigint | undefined {
  if (!text.startsWith('-')) return usdToNano(text);
  const positive = usdToNano(text.slice(1));
  return positive === undefined ? undefined : -positive;
}

function decimal(value: number): string {
  return value.toFixed(9);
}

function magnitude(nanoUsd: bigint): bigint {
  return nanoUsd < 0n ? -nanoUsd : nanoUsd;
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  return path === '' ? 'it is not an object' : `${path}: ${issue?.message ?? 'is wrong'}`;
}
