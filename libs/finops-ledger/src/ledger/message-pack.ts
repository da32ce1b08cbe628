/**
 * What the scripts pack with cmsgpack: whole numbers, texts as bytes, and lists of them. Read here because Lua's texts are
 * bytes, ids among them, and the libraries decode every text as UTF-8.
 */
export type Packed = number | Buffer | Packed[];

class Reader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  read(): Packed {
    const tag = this.bytes.readUInt8(this.at);
    this.at += 1;
    if (tag < 0x80) return tag;
    if (tag >= 0xe0) return tag - 0x100;
    if (tag >= 0xa0 && tag < 0xc0) return this.text(tag - 0xa0);
    if (tag >= 0x90 && tag < 0xa0) return this.list(tag - 0x90);
    const size = SIZES[tag];
    if (size === undefined) throw new RangeError(`unexpected tag ${tag}`);
    const value = tag === 0xcb ? this.bytes.readDoubleBE(this.at) : this.integer(size, tag);
    this.at += size;
    if (tag === 0xd9 || tag === 0xda || tag === 0xdb) return this.text(value);
    return tag === 0xdc || tag === 0xdd ? this.list(value) : value;
  }

  private integer(size: number, tag: number): number {
    const signed = tag >= 0xd0 && tag <= 0xd3;
    if (size < 8) return signed ? this.bytes.readIntBE(this.at, size) : this.bytes.readUIntBE(this.at, size);
    const value = Number(signed ? this.bytes.readBigInt64BE(this.at) : this.bytes.readBigUInt64BE(this.at));
    if (!Number.isSafeInteger(value)) throw new RangeError('a number above 2^53');
    return value;
  }

  private text(length: number): Buffer {
    const text = this.bytes.subarray(this.at, this.at + length);
    if (text.length < length) throw new RangeError('cut off');
    this.at += length;
    return text;
  }

  private list(length: number): Packed[] {
    if (length > this.bytes.length) throw new RangeError('cut off');
    return Array.from({ length }, () => this.read());
  }
}

/** Bytes of the number behind a tag: an integer, a double, or the length of a text or list. */
const SIZES: Readonly<Record<number, number>> = {
  0xcb: 8,
  0xcc: 1,
  0xcd: 2,
  0xce: 4,
  0xcf: 8,
  0xd0: 1,
  0xd1: 2,
  0xd2: 4,
  0xd3: 8,
  0xd9: 1,
  0xda: 2,
  0xdb: 4,
  0xdc: 2,
  0xdd: 4,
};

/**
 * Reads the part of MessagePack that Redis's cmsgpack writes for whole numbers, texts and lists. Undefined for anything
 * else, also for bytes behind the value: then somebody else wrote there.
 */
export function unpackMessage(bytes: Buffer): Packed | undefined {
  try {
    const reader = new Reader(bytes);
    const value = reader.read();
    return reader.isAtEnd ? value : undefined;
  } catch {
    return undefined;
  }
}
