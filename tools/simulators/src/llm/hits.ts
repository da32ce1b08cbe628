import type { SimulatedProvider } from './simulated-provider.ts';

/** One request that reached a simulated provider. */
export interface Hit {
  readonly provider: SimulatedProvider;
  readonly method: string;
  /** With the provider's prefix and the query. */
  readonly path: string;
  /** Lower-case names, with the credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body; the text if it is no JSON. */
  readonly body: unknown;
  /** The status that was sent; undefined while there is none. */
  readonly status: number | undefined;
  /** Nothing more will be sent. */
  readonly over: boolean;
  /** The client hung up before the answer was complete. Sockets the simulator cuts do not count. */
  readonly aborted: boolean;
}

/** What arrived, provider by provider. */
export interface HitLog {
  /** `size`: characters of the body. */
  readonly begin: (hit: Pick<Hit, 'provider' | 'method' | 'path' | 'headers' | 'body'>, size: number) => OpenHit;
  readonly of: (provider: SimulatedProvider) => Hit[];
  readonly count: (provider: SimulatedProvider) => number;
  readonly arrived: (provider: SimulatedProvider, count: number) => Promise<void>;
  readonly settled: () => Promise<void>;
  readonly clear: () => void;
}

/** A request that is being answered. */
export interface OpenHit {
  readonly end: (result: Pick<Hit, 'status' | 'aborted'>) => void;
}

/** Older hits are forgotten, their number is not: neither a benchmark nor huge prompts must fill the memory. */
const KEPT_HITS = 2_000;
const KEPT_CHARACTERS = 16_000_000;

/** The hits of one provider that are still known. */
interface Kept {
  readonly list: { readonly hit: Hit; readonly size: number }[];
  characters: number;
}

/** The latest hit always stays. */
function keep(kept: Kept, entry: Kept['list'][number]): void {
  const { list } = kept;
  list.push(entry);
  kept.characters += entry.size;
  while (list.length > 1 && (list.length > KEPT_HITS || kept.characters > KEPT_CHARACTERS)) {
    kept.characters -= list.shift()?.size ?? 0;
  }
}

/** An empty log. */
export function createHitLog(): HitLog {
  const hits = new Map<SimulatedProvider, Kept>();
  const counts = new Map<SimulatedProvider, number>();
  const open = new Set<object>();
  let waiters: { readonly done: () => boolean; readonly resolve: () => void }[] = [];

  function wake(): void {
    const ready = waiters.filter(({ done }) => done());
    waiters = waiters.filter((waiter) => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  }

  function until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      waiters.push({ done, resolve });
      wake();
    });
  }

  function count(provider: SimulatedProvider): number {
    return counts.get(provider) ?? 0;
  }

  return {
    begin: (given, size) => {
      const hit = { ...given, status: undefined, over: false, aborted: false };
      const kept = hits.get(given.provider) ?? { list: [], characters: 0 };
      keep(kept, { hit, size });
      hits.set(given.provider, kept);
      counts.set(given.provider, count(given.provider) + 1);
      open.add(hit);
      wake();
      return {
        end: (result) => {
          Object.assign(hit, result, { over: true });
          open.delete(hit);
          wake();
        },
      };
    },
    of: (provider) => (hits.get(provider)?.list ?? []).map(({ hit }) => ({ ...hit })),
    count,
    arrived: (provider, wanted) => until(() => count(provider) >= wanted),
    settled: () => until(() => open.size === 0),
    clear: () => {
      hits.clear();
      counts.clear();
    },
  };
}
