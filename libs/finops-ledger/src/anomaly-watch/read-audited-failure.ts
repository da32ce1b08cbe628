import type { AuditedFailure } from '@nexus/finops';
import { z } from 'zod';

const schema = z.object({
  ts_utc: z.string(),
  type: z.string(),
  reason: z.string().nullish(),
  provider: z.string().nullish(),
});

/** What is needed of an audit record (contract 10.2) as JSON text. Undefined when it is none. Never throws. */
export function readAuditedFailure(written: string): AuditedFailure | undefined {
  const parsed = schema.safeParse(parseJson(written));
  if (!parsed.success) return undefined;
  const { ts_utc, type, reason, provider } = parsed.data;
  const ts = Date.parse(ts_utc);
  return Number.isNaN(ts) ? undefined : { ts, type, reason: reason ?? '', provider: provider ?? '' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
