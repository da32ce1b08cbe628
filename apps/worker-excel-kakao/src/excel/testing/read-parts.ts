import { readFile } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';

/** The parts of a ZIP archive as text, by name, read by its directory; sizes and checksums are verified. */
export async function readParts(path: string): Promise<Map<string, string>> {
  const bytes = await readFile(path);
  const end = bytes.lastIndexOf(Buffer.from('504b0506', 'hex'));
  const parts = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let entry = bytes.readUInt16LE(end + 10); entry > 0; entry -= 1) {
    const compressedSize = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('ascii', at + 46, at + 46 + nameLength);
    const start = bytes.readUInt32LE(at + 42);
    const content = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    const plain = inflateRawSync(bytes.subarray(content, content + compressedSize));
    if (plain.length !== bytes.readUInt32LE(at + 24)) throw new Error(`${name}: the size in the directory is wrong`);
    if (crc32(plain) !== bytes.readUInt32LE(at + 16)) throw new Error(`${name}: the checksum is wrong`);
    parts.set(name, plain.toString('utf8'));
    at += 46 + nameLength;
  }
  return parts;
}

/** @throws Error when tags are not closed in the order they were opened, or a character XML forbids occurs. */
export function assertWellFormed(name: string, xml: string): void {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(xml)) {
    throw new Error(`${name}: a character XML cannot hold`);
  }
  const open: string[] = [];
  let text = '';
  let last = 0;
  for (const match of xml.matchAll(/<(\/?)([\w:.]+)((?:\s+[\w:.]+="[^"<]*")*)\s*(\/?)>|<\?xml [^>]*\?>/g)) {
    text += xml.slice(last, match.index);
    last = match.index + match[0].length;
    const [, closing, tag, , empty] = match;
    if (tag === undefined || empty === '/') continue;
    if (closing === '') open.push(tag);
    else if (open.pop() !== tag) throw new Error(`${name}: </${tag}> closes another element`);
  }
  if (open.length > 0) throw new Error(`${name}: <${open.at(-1)}> is not closed`);
  if (/[<>]|&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) throw new Error(`${name}: a bare <, > or &`);
}
