import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { failureWithCode } from '../failure-with-code.ts';

/** The lines of a file that are not empty, in bounded memory. Rejects with FILE_UNREADABLE. */
export async function* readLines(path: string): AsyncGenerator<string> {
  const input = createReadStream(path, 'utf8');
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const text = line.replace(/^\ufeff/, '');
      if (text.trim() !== '') yield text;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw failureWithCode('FILE_UNREADABLE', `${path} cannot be read: ${code}. Give a JSONL file.`);
  } finally {
    input.destroy();
  }
}
