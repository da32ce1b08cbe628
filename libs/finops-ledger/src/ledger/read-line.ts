import type { LedgerLine } from '@nexus/finops';
import { type Combination, type Combinations, readCombination } from './combinations.ts';
import { corruptValue } from './ledger-fault.ts';
import { ledgerKeys } from './ledger-keys.ts';
import { type Packed, unpackMessage } from './message-pack.ts';
import { FLAG } from './settle-arguments.ts';

/** An entry of a month's stream as Redis gives it: its id, and field and value in turn. */
export type StreamEntry = [id: Buffer, fields: Buffer[]];

type Numbers = Record<number, number>;

/** The line of an entry. Throws, naming key and entry, for one that the ledger did not write. */
export function readLine(month: string, [idBytes, fields]: StreamEntry, combinations: Combinations): LedgerLine {
  const id = idBytes.toString();
  const values = unpackMessage(fields[1] ?? Buffer.alloc(0));
  if (!isLine(values)) throw corruptValue(ledgerKeys.lines(month), id);
  const [flags, day, instant, tags, reservation, task, prompt] = values as [
    number,
    number,
    Buffer,
    Packed,
    Buffer,
    Buffer,
    Buffer,
  ];
  const numbers = values as unknown as Numbers;
  const { key_id, price_source, ...spendTags } = combinationOf(tags, combinations);
  const actual = BigInt(numbers[8] ?? 0);
  const list = numbers[9] ?? 0;
  const reason = (values[16] as Buffer).toString();
  const caller = (values[17] as Buffer).toString();
  return {
    ...spendTags,
    input: numbers[10] ?? 0,
    cache_read: numbers[11] ?? 0,
    cache_write: numbers[12] ?? 0,
    output: numbers[13] ?? 0,
    reasoning: numbers[14] ?? 0,
    id,
    kind: flags & FLAG.late ? 'late' : 'settle',
    ts: instant.readUIntBE(0, 6),
    day: `${month}-${String(day).padStart(2, '0')}`,
    reservation_id: flags & FLAG.reservationIsText ? reservation.toString() : uuidOf(reservation),
    task_id: taskOf(task, flags),
    fp: flags & FLAG.fingerprintIsText ? prompt.toString() : prompt.toString('hex'),
    key_id,
    estimated_nano: BigInt(numbers[7] ?? 0),
    actual_nano: actual,
    list_nano: list === SAME_AS_ACTUAL ? actual : BigInt(list),
    approx: (flags & FLAG.approx) !== 0,
    wasted: (flags & FLAG.wasted) !== 0,
    price_source,
    latency_ms: numbers[15] ?? 0,
    budget_reason: reason === '' ? 'ok' : reason,
    ...(caller === '' ? {} : { caller_key: caller }),
  };
}

const SAME_AS_ACTUAL = -1;
const MEMBERS = 18;
/** Places of texts; the fourth member is a number, or a text beyond the bound of combinations. */
const TEXTS = [2, 4, 5, 6, 16, 17];

function isLine(values: Packed | undefined): values is Packed[] {
  if (!Array.isArray(values) || values.length !== MEMBERS) return false;
  return values.every((value, place) => {
    if (TEXTS.includes(place)) return Buffer.isBuffer(value) && (place !== 2 || value.length === 6);
    return typeof value === 'number' || (place === 3 && Buffer.isBuffer(value));
  });
}

function combinationOf(tags: Packed, combinations: Combinations): Combination {
  return typeof tags === 'number' ? combinations.get(tags) : readCombination(String(tags));
}

function taskOf(task: Buffer, flags: number): string | null {
  if (task.length === 0) return null;
  return flags & FLAG.taskIsText ? task.toString() : uuidOf(task);
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
