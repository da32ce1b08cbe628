import { hash } from 'node:crypto';
import type { ChatEvent, MessageEvent, SystemEvent } from './chat-event.ts';
import type { EventBatch } from './parse-export.ts';
import { dayOf } from './wall-clock.ts';

/** Consecutive events of one input. */
export interface MergedRun extends EventBatch {
  /** Index of the input the events were read from. */
  readonly source: number;
  /** Events left out because another input had shown them. */
  readonly duplicates: number;
}

const MINUTES_PER_DAY = 1440;
/** How far behind the slowest input a minute is remembered: a clock may step back, e.g. on a journey west. */
const REMEMBERED_MINUTES = 2 * MINUTES_PER_DAY;
const SWEEP_AT_BUCKETS = 8_192;
const LONGEST_PLAIN_KEY = 64;

/** How often a record of one minute was written, and how often each input has shown it so far. */
type Counts = number[];

/**
 * Merges exports of one room in the order of time; equal minutes in the order of the inputs. Where exports overlap, a
 * record is written as often as the input that shows it most often in that minute: "ㅋㅋ" sent twice stays twice. A single
 * input is passed on untouched. Each input keeps its own order, also where its clock steps back.
 *
 * Not recognised as the same: records whose two exports name the sender differently (회원님, you).
 */
export async function* mergeExports(inputs: readonly AsyncGenerator<EventBatch>[]): AsyncGenerator<MergedRun> {
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined) {
    for await (const batch of only) yield { source: 0, duplicates: 0, ...batch };
    return;
  }
  const cursors = inputs.map((batches, source) => new Cursor(batches, source));
  const ledger = new MinuteLedger(inputs.length);
  for (;;) {
    for (const cursor of cursors) await cursor.fill();
    const live = cursors.filter((cursor) => !cursor.done).sort((a, b) => a.head - b.head || a.source - b.source);
    const [next, other] = live;
    if (next === undefined) break;
    const taken = next.takeUntil(other?.head ?? Infinity);
    const events = taken.filter((event) => ledger.isNew(event, next.source));
    yield { source: next.source, events, bytes: next.takeBytes(), duplicates: taken.length - events.length };
    ledger.forgetBefore(Math.min(next.head, other?.head ?? Infinity) - REMEMBERED_MINUTES);
  }
}

/** The place reached in one input. `head` is the minute of the next event; an event without a time is due at once. */
class Cursor {
  readonly source: number;
  readonly #batches: AsyncGenerator<EventBatch>;
  #events: readonly ChatEvent[] = [];
  #position = 0;
  #bytes = 0;
  done = false;

  constructor(batches: AsyncGenerator<EventBatch>, source: number) {
    this.#batches = batches;
    this.source = source;
  }

  get head(): number {
    const event = this.#events[this.#position];
    return event === undefined ? Infinity : (minuteOf(event) ?? -Infinity);
  }

  async fill(): Promise<void> {
    while (!this.done && this.#position >= this.#events.length) {
      const next = await this.#batches.next();
      if (next.done === true) {
        this.done = true;
        return;
      }
      this.#events = next.value.events;
      this.#position = 0;
      this.#bytes += next.value.bytes;
    }
  }

  /** The events up to the first that is later than `minute`; at least one. */
  takeUntil(minute: number): ChatEvent[] {
    const start = this.#position;
    do this.#position += 1;
    while (this.#position < this.#events.length && this.head <= minute);
    return this.#events.slice(start, this.#position);
  }

  takeBytes(): number {
    const bytes = this.#bytes;
    this.#bytes = 0;
    return bytes;
  }
}

/** Which records were written lately. */
class MinuteLedger {
  readonly #inputs: number;
  readonly #buckets = new Map<number, Map<string, Counts>>();
  #sweepAt = SWEEP_AT_BUCKETS;

  constructor(inputs: number) {
    this.#inputs = inputs;
  }

  isNew(event: ChatEvent, source: number): boolean {
    if (event.type !== 'message' && event.type !== 'system') return true;
    const bucket = this.#bucket(bucketOf(event));
    const key = keyOf(event);
    const counts = bucket.get(key) ?? new Array<number>(this.#inputs + 1).fill(0);
    const shown = (counts[source] ?? 0) + 1;
    const written = counts[this.#inputs] ?? 0;
    counts[source] = shown;
    bucket.set(key, counts);
    if (shown <= written) return false;
    counts[this.#inputs] = shown;
    return true;
  }

  forgetBefore(minute: number): void {
    if (this.#buckets.size <= this.#sweepAt || !Number.isFinite(minute)) return;
    for (const bucket of this.#buckets.keys()) {
      const ends = bucket >= 0 ? bucket : -bucket * MINUTES_PER_DAY;
      if (ends < minute) this.#buckets.delete(bucket);
    }
    // What could not be forgotten is not gone through again for every record.
    this.#sweepAt = Math.max(SWEEP_AT_BUCKETS, this.#buckets.size * 2);
  }

  #bucket(bucket: number): Map<string, Counts> {
    const known = this.#buckets.get(bucket);
    if (known !== undefined) return known;
    const created = new Map<string, Counts>();
    this.#buckets.set(bucket, created);
    return created;
  }
}

function minuteOf(event: ChatEvent): number | undefined {
  if (event.type !== 'message' && event.type !== 'system') return undefined;
  return event.at === undefined ? undefined : Math.floor(event.at / 60);
}

/** A minute, or for a notice without a time of its own its day as a negative number (−1 is the first day). */
function bucketOf(event: MessageEvent | SystemEvent): number {
  if (event.at === undefined) return -1;
  const inferred = event.type === 'system' && event.timeInferred;
  return inferred ? -dayOf(event.at) - 1 : Math.floor(event.at / 60);
}

function keyOf(event: MessageEvent | SystemEvent): string {
  const text = event.type === 'message' ? comparableText(event) : event.text;
  const key = `${event.type === 'message' ? event.sender : ''}\u0000${text}`;
  return key.length <= LONGEST_PLAIN_KEY ? key : hash('sha1', key, 'base64');
}

/** Placeholders differ between the apps; what matters of them does not. */
function comparableText({ kind, text }: MessageEvent): string {
  if (kind === 'photo') return `\u0001photo ${/\d+/.exec(text)?.[0] ?? ''}`;
  if (kind === 'file') return `\u0001file ${text.replace(/^(?:파일|File): /, '')}`;
  const named = kind === 'video' || kind === 'voice' || kind === 'emoticon' || kind === 'deleted';
  return named ? `\u0001${kind}` : text;
}
