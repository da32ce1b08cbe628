const CHUNK_BYTES = 1024 * 1024;
const MOST_HOT_NAMES = 4_096;

/**
 * Numbers names in the order of their first appearance. Names lie as bytes outside of the JavaScript heap: a million of
 * them take some 60 MB, a third of what a Map takes. The few thousand names seen last are found at once.
 */
export class NameTable {
  readonly #hot = new Map<string, number>();
  readonly #chunks: Buffer[] = [];
  #used = CHUNK_BYTES;
  /** Four numbers a name: its hash, its chunk, its place there, its length in bytes. */
  #entries = new Uint32Array(64 * 4);
  #slots = new Uint32Array(256);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of a name, a new one if need be. */
  numberOf(name: string): number {
    const hot = this.#hot.get(name);
    if (hot !== undefined) return hot;
    const bytes = Buffer.from(name, 'utf16le');
    const number = this.#find(bytes) ?? this.#add(bytes);
    if (this.#hot.size >= MOST_HOT_NAMES) this.#hot.clear();
    // A copy: a name cut from a line would keep the whole text around it alive.
    this.#hot.set(bytes.toString('utf16le'), number);
    return number;
  }

  /** The name with this number. */
  nameOf(number: number): string {
    return this.#bytesOf(number).toString('utf16le');
  }

  #find(bytes: Buffer): number | undefined {
    const hash = hashOf(bytes);
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number === -1) return undefined;
      if (this.#entries[number * 4] === hash && this.#bytesOf(number).equals(bytes)) return number;
    }
  }

  #add(bytes: Buffer): number {
    const number = this.#size;
    if ((number + 1) * 4 > this.#entries.length) this.#entries = doubled(this.#entries);
    if (this.#used + bytes.length > CHUNK_BYTES) {
      this.#chunks.push(Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes.length)));
      this.#used = 0;
    }
    const chunk = this.#chunks.length - 1;
    bytes.copy(this.#chunks[chunk] ?? bytes, this.#used);
    this.#entries.set([hashOf(bytes), chunk, this.#used, bytes.length], number * 4);
    this.#used += bytes.length;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#growSlots();
    else this.#occupy(number);
    return number;
  }

  #growSlots(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#size; number += 1) this.#occupy(number);
  }

  #occupy(number: number): void {
    let slot = (this.#entries[number * 4] ?? 0) & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = number + 1;
  }

  #bytesOf(number: number): Buffer {
    const [, chunk = 0, start = 0, length = 0] = this.#entries.subarray(number * 4, number * 4 + 4);
    return this.#chunks[chunk]?.subarray(start, start + length) ?? Buffer.alloc(0);
  }

  get #mask(): number {
    return this.#slots.length - 1;
  }
}

/** FNV-1a. */
function hashOf(bytes: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(array.length * 2);
  grown.set(array);
  return grown;
}
