import type { MessageEvent, Movement } from './chat-event.ts';
import { NameTable } from './name-table.ts';

/** What is known of one participant. Times are wall-clock seconds; undefined where nothing of the kind happened. */
export interface Participant {
  readonly name: string;
  readonly messages: number;
  readonly photos: number;
  readonly files: number;
  readonly firstMessage: number | undefined;
  readonly lastMessage: number | undefined;
  readonly joined: number | undefined;
  readonly left: number | undefined;
  readonly kicked: number | undefined;
}

const COLUMNS = 8;
const [MESSAGES, PHOTOS, FILES, FIRST, LAST, JOINED, LEFT, KICKED] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const MOVEMENT_COLUMN = { join: JOINED, leave: LEFT, kick: KICKED } as const;

/**
 * Everybody who spoke or is named in a notice, about 32 bytes a person besides the name, so that a million names do not
 * exhaust memory. People are told apart by the name shown: two of the same name are one.
 */
export class ParticipantTable {
  readonly #names = new NameTable();
  #cells = new Uint32Array(64 * COLUMNS);

  get size(): number {
    return this.#names.size;
  }

  /** Counts a message; returns the number of its sender (0, 1, 2, … in the order of appearance). */
  message({ sender, kind, at }: MessageEvent): number {
    const index = this.#indexOf(sender);
    const row = index * COLUMNS;
    this.#add(row + MESSAGES);
    if (kind === 'photo') this.#add(row + PHOTOS);
    if (kind === 'file') this.#add(row + FILES);
    // Times are kept plus one: zero means none.
    const first = this.#cells[row + FIRST] ?? 0;
    if (first === 0 || at + 1 < first) this.#cells[row + FIRST] = at + 1;
    if (at + 1 > (this.#cells[row + LAST] ?? 0)) this.#cells[row + LAST] = at + 1;
    return index;
  }

  /** Notes that somebody came, went or was named; of several times the last in the file counts. */
  movement({ name, action }: Movement, at: number | undefined): void {
    const index = this.#indexOf(name);
    if (action === 'named' || at === undefined) return;
    this.#cells[index * COLUMNS + MOVEMENT_COLUMN[action]] = at + 1;
  }

  /** The participants, who wrote most first. */
  *byMessages(): Generator<Participant> {
    const order = Uint32Array.from({ length: this.size }, (_, index) => index);
    const messagesOf = (index: number) => this.#cells[index * COLUMNS + MESSAGES] ?? 0;
    order.sort((a, b) => messagesOf(b) - messagesOf(a) || a - b);
    for (const index of order) yield this.#participant(this.#names.nameOf(index), index * COLUMNS);
  }

  #participant(name: string, row: number): Participant {
    const count = (column: number) => this.#cells[row + column] ?? 0;
    const time = (column: number) => (count(column) === 0 ? undefined : count(column) - 1);
    return {
      name,
      messages: count(MESSAGES),
      photos: count(PHOTOS),
      files: count(FILES),
      firstMessage: time(FIRST),
      lastMessage: time(LAST),
      joined: time(JOINED),
      left: time(LEFT),
      kicked: time(KICKED),
    };
  }

  #indexOf(name: string): number {
    const index = this.#names.numberOf(name);
    if ((index + 1) * COLUMNS > this.#cells.length) this.#grow();
    return index;
  }

  #grow(): void {
    const grown = new Uint32Array(this.#cells.length * 2);
    grown.set(this.#cells);
    this.#cells = grown;
  }

  #add(cell: number): void {
    this.#cells[cell] = (this.#cells[cell] ?? 0) + 1;
  }
}
