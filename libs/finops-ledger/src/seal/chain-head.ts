import { bindRedisScripts } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { scripts } from '../lua.generated.ts';
import { chainKeys, emptyState, type ChainKind, type ChainState, type ManifestEntry } from './chain-state.ts';
import { sealError } from './seal-error.ts';

/** The right to move a chain on, for as long as nobody else takes it. */
export type ChainLease = {
  state: ChainState;
  /** The writer before did not say that it had ended: it may have written more than the head tells, or still live. */
  dirty: boolean;
  /** Whether it is still ours; keeps it. */
  renew: () => Promise<boolean>;
  /** Stores the next state, which becomes `state`. Rejects with SEAL_TAKEN_OVER when somebody else seals now. */
  advance: (next: ChainState, manifestLine?: string) => Promise<void>;
  /** `clean`: nothing was written that the head does not tell. */
  release: (clean: boolean) => Promise<void>;
};

export type TakenLease = { taken: true; lease: ChainLease } | { taken: false; freeInMs: number };

const { sealTake, sealRenew, sealAdvance, sealRelease } = scripts;

/** Reads and moves the head of a chain in Redis. */
export function createChainHead(redis: Redis, kind: ChainKind, leaseMs: number) {
  const keys = chainKeys(kind);
  const { run } = bindRedisScripts(redis, { sealTake, sealRenew, sealAdvance, sealRelease });

  async function take(token: string): Promise<TakenLease> {
    const [taken, second, text = ''] = (await run('sealTake', [keys.head, keys.lease], token, leaseMs)) as [
      number,
      string | number,
      string?,
    ];
    if (taken === 0) return { taken: false, freeInMs: Math.max(0, Number(second)) };
    const before = String(second);
    const lease: ChainLease = {
      state: parseState(text, keys.head),
      dirty: before !== '',
      async renew() {
        return (await run('sealRenew', [keys.head, keys.lease], token, leaseMs)) === 1;
      },
      async advance(next, manifestLine = '') {
        const { version } = lease.state;
        const state = { ...next, version: version + 1 };
        const values = [token, leaseMs, version, JSON.stringify(state), state.count, state.hash, manifestLine];
        const answer = await run('sealAdvance', [keys.head, keys.lease, keys.manifest], ...values);
        if (answer !== 1) throw takenOver(kind);
        lease.state = state;
      },
      async release(clean) {
        await run('sealRelease', [keys.head, keys.lease], token, clean ? '' : before === '' ? token : before);
      },
    };
    return { taken: true, lease };
  }

  return { take };
}

/** Where a chain stands; undefined when nothing was ever sealed. Rejects with SEAL_HEAD_DAMAGED when it is no head. */
export async function readChainState(redis: Redis, kind: ChainKind): Promise<ChainState | undefined> {
  const { head } = chainKeys(kind);
  const text = await redis.hget(head, 'state');
  return text === null ? undefined : parseState(text, head);
}

/** The closed segments of a chain, oldest first, as the lines of its manifest; at most so many. */
export async function readManifestLines(redis: Redis, kind: ChainKind, most = -1): Promise<string[]> {
  return most === 0 ? [] : redis.lrange(chainKeys(kind).manifest, 0, most === -1 ? -1 : most - 1);
}

/** The entry of a line of the manifest. Rejects with SEAL_HEAD_DAMAGED when it is none. */
export function parseManifestLine(line: string, place: string): ManifestEntry {
  const entry = parseJson(line) as ManifestEntry | undefined;
  if (typeof entry?.name === 'string' && typeof entry.bytes === 'number') return entry;
  throw sealError('SEAL_HEAD_DAMAGED', `${place} holds a line that is no segment. Restore it from a backup.`);
}

function parseState(text: string, key: string): ChainState {
  if (text === '') return emptyState;
  const state = parseJson(text) as ChainState | undefined;
  if (typeof state?.version === 'number' && typeof state.hash === 'string') return state;
  throw sealError('SEAL_HEAD_DAMAGED', `${key} in Redis holds no state of a chain. Restore Redis from a backup.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function takenOver(kind: ChainKind): Error {
  const message = `Another process seals the ${kind} now: this one was away too long. Nothing is lost; it goes on there.`;
  return sealError('SEAL_TAKEN_OVER', message);
}
