import { runbookFor } from '@nexus/triage-policy';
import { z } from 'zod';
import type { Alert } from './alert.ts';

/** What an alert is made with, beside its entry. */
export type AlertContext = { runbookBaseUrl: string; dedupeTtlSeconds: number };

/** An entry of the alert stream as an alert, or why it is none. */
export type EntryReading = { ok: true; alert: Alert } | { ok: false; why: string };

const name = z.string().min(1);
const nameOrUnknown = z
  .string()
  .default('')
  .transform((value) => value || 'unknown');

/** A letter was moved to alarm. */
const alarmEntry = z.object({ task_id: name, failure_code: nameOrUnknown, task_type: nameOrUnknown });
/** A cause that an operator marked as resolved came back. */
const regressionEntry = z.object({
  group: name,
  failure_code: nameOrUnknown,
  count: z.coerce.number().int().min(0).catch(1),
});
/** An alert somebody made complete. */
const appendedAlert = z.object({
  event: name,
  payload: z.record(z.string(), z.unknown()),
  dedupe_key: name.optional(),
  sentence: name,
});

/** The field of an entry that holds a whole alert as JSON. */
export const ALERT_FIELD = 'alert';

/** Reads an entry: a whole alert, else the facts that a script left when it moved a letter or saw a cause come back. */
export function alertOfEntry(fields: Readonly<Record<string, string>>, context: AlertContext): EntryReading {
  const whole = fields[ALERT_FIELD];
  if (whole !== undefined) return readAlert(whole);
  if (fields['event'] === 'dlq_alarm') return readFacts(alarmEntry, fields, (facts) => alarmAlert(facts, context));
  if (fields['event'] === 'group_regressed') {
    return readFacts(regressionEntry, fields, (facts) => regressionAlert(facts, context));
  }
  return { ok: false, why: 'its event is not known' };
}

function readAlert(written: string): EntryReading {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return { ok: false, why: 'it is not JSON' };
  }
  const parsed = appendedAlert.safeParse(value);
  if (!parsed.success) return { ok: false, why: whyNot(parsed.error) };
  const { dedupe_key, ...alert } = parsed.data;
  return { ok: true, alert: dedupe_key === undefined ? alert : { ...alert, dedupe_key } };
}

function readFacts<Facts>(
  schema: z.ZodType<Facts>,
  fields: Readonly<Record<string, string>>,
  write: (facts: Facts) => Alert,
): EntryReading {
  const parsed = schema.safeParse(fields);
  return parsed.success ? { ok: true, alert: write(parsed.data) } : { ok: false, why: whyNot(parsed.error) };
}

function whyNot(error: z.ZodError): string {
  return `it does not fit at ${error.issues[0]?.path.join('.') || 'the top'}`;
}

/** Contract 1.6: payload and dedupe key of `dlq_alarm`. */
function alarmAlert({ task_id, failure_code, task_type }: z.output<typeof alarmEntry>, context: AlertContext): Alert {
  const runbook = runbookFor(failure_code, context.runbookBaseUrl) ?? null;
  return {
    event: 'dlq_alarm',
    payload: { failure_code, task_id, task_type, runbook, dedupe_ttl: context.dedupeTtlSeconds },
    dedupe_key: `${task_type}:${failure_code}`,
    sentence: sentence(`Alarm: task ${task_id} (${task_type}) failed with ${failure_code}.`, runbook),
  };
}

function regressionAlert(
  { group, failure_code, count }: z.output<typeof regressionEntry>,
  context: AlertContext,
): Alert {
  const runbook = runbookFor(failure_code, context.runbookBaseUrl) ?? null;
  return {
    event: 'group_regressed',
    payload: { group, failure_code, count, runbook, dedupe_ttl: context.dedupeTtlSeconds },
    dedupe_key: `group_regressed:${group}`,
    sentence: sentence(`A cause that was marked as resolved came back: ${failure_code}, group ${group}.`, runbook),
  };
}

function sentence(what: string, runbook: string | null): string {
  return runbook === null ? what : `${what} ${runbook}`;
}
