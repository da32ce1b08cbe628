import type { SpendTags } from '@nexus/finops';
import type { Settlement } from './ledger.ts';
import { scriptArgument } from './script-argument.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const FINGERPRINT = /^[0-9a-f]{16}$/;

/** Bits of a line: what lua/settle-1.lua sets and read-line.ts reads. */
export const FLAG = {
  approx: 1,
  wasted: 2,
  basePrice: 4,
  reservationIsText: 8,
  taskIsText: 16,
  fingerprintIsText: 32,
  late: 64,
  tagsAreText: 128,
} as const;

/** What tells lines and cells apart, as one text: the name of a combination. */
export function combinationText(tags: SpendTags, keyId: string, priceSource: string): string {
  return scriptArgument([tags.provider, tags.model, tags.purpose, tags.team, tags.project, keyId, priceSource]);
}

/** Values 1 to 16 of lua/settle-1.lua. */
export function settleArguments(id: string, settlement: Settlement): (string | number)[] {
  const { actual_nano, list_nano, usage, latency_ms, fp, task_id, budget_reason, price_source } = settlement;
  const { provider, model, tags, key_id } = settlement;
  const { team, project, purpose } = tags;
  const flags =
    (settlement.approx ? FLAG.approx : 0) +
    (settlement.wasted ? FLAG.wasted : 0) +
    (price_source === 'base' ? FLAG.basePrice : 0) +
    (UUID.test(id) ? 0 : FLAG.reservationIsText) +
    (task_id === null || UUID.test(task_id) ? 0 : FLAG.taskIsText) +
    (FINGERPRINT.test(fp) ? 0 : FLAG.fingerprintIsText);
  return [
    id,
    Number(actual_nano),
    Number(list_nano),
    flags,
    combinationText({ provider, model, team, project, purpose }, key_id, price_source),
    usage.input,
    usage.cache_read,
    usage.cache_write,
    usage.output,
    usage.reasoning,
    latency_ms,
    flags & FLAG.reservationIsText ? id : id.replaceAll('-', ''),
    flags & FLAG.taskIsText ? (task_id ?? '') : (task_id ?? '').replaceAll('-', ''),
    fp,
    budget_reason === 'ok' ? '' : budget_reason,
    settlement.key ?? '',
  ];
}
