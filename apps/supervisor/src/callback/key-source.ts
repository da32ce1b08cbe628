import { readFile, stat } from 'node:fs/promises';
import {
  activeKeys,
  parseSigningKeys,
  type CandidateKey,
  type SigningKey,
  type SigningKeysResult,
} from '@nexus/contracts';
import type { Clock, Logger } from '@nexus/runtime';

/** The keys callbacks may be signed with now. `off` = none configured; `broken` = configured but not readable. */
export type CurrentKeys = { state: 'on'; keys: CandidateKey[] } | { state: 'off' } | { state: 'broken'; why: string };

/** Where the verification gets its keys, asked at every callback. Never rejects and never turns verification off. */
export type KeySource = () => Promise<CurrentKeys>;

/** No key is configured: callbacks are not signed. */
export function noKeys(): KeySource {
  return () => Promise.resolve({ state: 'off' });
}

/** One secret without an id. */
export function singleKey(secret: string): KeySource {
  return () => Promise.resolve({ state: 'on', keys: [{ secret }] });
}

/** A fixed list; its keys come and go by their own times. */
export function listedKeys(keys: readonly SigningKey[], now: Clock): KeySource {
  return () => Promise.resolve({ state: 'on', keys: activeKeys(keys, now() / 1000) });
}

/** How often a key file is looked at, at most. */
const LOOK_EVERY_MS = 1000;

/**
 * A key file, read again when it changes. While it cannot be read, or holds no key, callbacks are refused: a key that was
 * taken out may not live on in memory.
 */
export function keyFile(path: string, { now, logger }: { now: Clock; logger: Logger }): KeySource {
  let version = '';
  let list: SigningKeysResult = { ok: false, why: 'it was not read yet' };
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const found = await versionOf(path);
    lookedAt = now();
    if (found === version) return;
    list = await read(path);
    version = found;
    if (list.ok)
      logger.info('Signing keys read', { event: 'CALLBACK_KEYS_READ', path, key_ids: list.keys.map((key) => key.id) });
    else
      logger.error('Signing keys cannot be read: callbacks are refused', {
        event: 'CALLBACK_KEYS_BROKEN',
        path,
        why: list.why,
      });
  }

  return async () => {
    if (now() - lookedAt >= LOOK_EVERY_MS || !list.ok) {
      looking ??= look().finally(() => (looking = undefined));
      await looking;
    }
    if (!list.ok) return { state: 'broken', why: list.why };
    return { state: 'on', keys: activeKeys(list.keys, now() / 1000) };
  };
}

/** Changes whenever the file is written or replaced; a missing file has a version too. */
async function versionOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs}:${size}:${ino}`;
  } catch (error) {
    return `missing: ${String(error)}`;
  }
}

async function read(path: string): Promise<SigningKeysResult> {
  try {
    return parseSigningKeys(await readFile(path, 'utf8'));
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
