import type { MessageEvent, SystemEvent } from './chat-event.ts';
import { NumberSet } from './number-set.ts';
import { ParticipantTable } from './participant-table.ts';
import { dayOf, startOfDay } from './wall-clock.ts';

/** One day on which something was said. `hours[h]` counts the messages from h:00 to h:59. */
export interface DayStatistics {
  readonly day: number;
  messages: number;
  participants: number;
  photos: number;
  files: number;
  readonly hours: number[];
}

/** Room for 2^22 persons beside a day number in one exact number. */
const PERSONS = 2 ** 22;

/** Adds up a chat, message by message. `days` holds only days with messages; their sums are those of all messages. */
export class ChatStatistics {
  readonly participants = new ParticipantTable();
  readonly #days = new Map<number, DayStatistics>();
  readonly #spokeOn = new NumberSet();

  get days(): number {
    return this.#days.size;
  }

  message(message: MessageEvent): void {
    const person = this.participants.message(message);
    const number = dayOf(message.at);
    const day = this.#day(number);
    day.messages += 1;
    if (message.kind === 'photo') day.photos += 1;
    if (message.kind === 'file') day.files += 1;
    if (this.#spokeOn.add(number * PERSONS + person)) day.participants += 1;
    const hour = Math.floor((message.at - number * 86_400) / 3600);
    day.hours[hour] = (day.hours[hour] ?? 0) + 1;
  }

  /** Of a notice without a time of its own only the day is known: the movement is noted at the start of that day. */
  notice({ movements, at, timeInferred }: SystemEvent): void {
    const known = timeInferred && at !== undefined ? startOfDay(dayOf(at)) : at;
    for (const movement of movements) this.participants.movement(movement, known);
  }

  /** The days in the order of the calendar. */
  byDay(): DayStatistics[] {
    return [...this.#days.values()].sort((a, b) => a.day - b.day);
  }

  #day(day: number): DayStatistics {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const created = { day, messages: 0, participants: 0, photos: 0, files: 0, hours: new Array<number>(24).fill(0) };
    this.#days.set(day, created);
    return created;
  }
}
