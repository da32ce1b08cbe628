const EMPTY = -1;

/**
 * A set of whole numbers from 0 to 2^53 − 1 that takes about 16 bytes a member, a third of what a Set takes: which
 * person spoke on which day is the one statistic that grows with persons times days.
 */
export class NumberSet {
  #slots = new Float64Array(1024).fill(EMPTY);
  #size = 0;

  /** Adds a member; false when it was there. */
  add(member: number): boolean {
    if (this.#size * 3 >= this.#slots.length * 2) this.#grow();
    const slot = findSlot(this.#slots, member);
    if (this.#slots[slot] === member) return false;
    this.#slots[slot] = member;
    this.#size += 1;
    return true;
  }

  #grow(): void {
    const grown = new Float64Array(this.#slots.length * 2).fill(EMPTY);
    for (const member of this.#slots) {
      if (member !== EMPTY) grown[findSlot(grown, member)] = member;
    }
    this.#slots = grown;
  }
}

/** The slot of a member, or the empty slot where it belongs. */
function findSlot(slots: Float64Array, member: number): number {
  const mask = slots.length - 1;
  const high = Math.floor(member / 2 ** 32);
  let mixed = Math.imul((member % 2 ** 32) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  mixed ^= mixed >>> 15;
  let slot = (Math.imul(mixed, 0xc2b2ae35) >>> 0) & mask;
  while (slots[slot] !== EMPTY && slots[slot] !== member) slot = (slot + 1) & mask;
  return slot;
}
