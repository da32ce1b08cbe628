import { readFileSync, statSync } from 'node:fs';

/** Larger than anything people write, small enough to be read at once. */
const MAX_BYTES = 1024 * 1024;

/** What a file says, or why it cannot be read. */
export type SettingsFile = { ok: true; value: string } | { ok: false; why: string };

/** Reads a file that a setting names. Synchronously: at the start only. */
export function readSettingsFile(file: string): SettingsFile {
  try {
    const found = statSync(file);
    // A pipe or a device could keep the start waiting for ever.
    if (!found.isFile()) return { ok: false, why: 'is no ordinary file' };
    if (found.size > MAX_BYTES) return { ok: false, why: `has more than ${MAX_BYTES} bytes` };
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return {
      ok: false,
      why: `cannot be read: ${code.startsWith('E') && !code.startsWith('ERR_') ? code : 'it is not UTF-8'}`,
    };
  }
}
