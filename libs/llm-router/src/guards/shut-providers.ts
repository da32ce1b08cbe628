import type { ProviderName } from '../model.ts';
import type { BreakerFile } from './breaker-file.ts';
import { CLOSED, PARK_SECONDS } from './circuit.ts';
import type { Changes, Standing, StandingState } from './guards.ts';

/** Providers that Redis last said are to be left alone, and until when by this process's clock. */
export type ShutProviders = {
  note(providers: readonly Standing[]): void;
  noteChanges(changes: Changes): void;
  forget(provider: ProviderName): void;
  /** Puts those that are still shut into the file of circuits, extending what it says, and forgets them. */
  writeTo(file: BreakerFile): Promise<void>;
};

type ShutField = 'open_until' | 'parked_until';
const SHUT_FIELDS: Partial<Record<StandingState, ShutField>> = {
  cooling: 'open_until',
  open: 'open_until',
  parked: 'parked_until',
};

/** Remembers nothing at first. `seconds` tells the time since 1970. */
export function createShutProviders(seconds: () => number): ShutProviders {
  const shut = new Map<ProviderName, { field: ShutField; until: number }>();

  function note(providers: readonly Standing[]): void {
    for (const { provider, state, seconds: left } of providers) {
      const field = SHUT_FIELDS[state];
      if (field === undefined) shut.delete(provider);
      else shut.set(provider, { field, until: seconds() + left });
    }
  }

  return {
    note,
    noteChanges({ opened, closed, parkedNow }) {
      for (const { provider, cooldown_s } of opened) note([{ provider, state: 'open', seconds: cooldown_s }]);
      for (const provider of parkedNow) note([{ provider, state: 'parked', seconds: PARK_SECONDS }]);
      for (const provider of closed) shut.delete(provider);
    },
    forget: (provider) => void shut.delete(provider),
    async writeTo(file) {
      const now = seconds();
      const still = [...shut].filter(([, { until }]) => until > now);
      shut.clear();
      if (still.length === 0) return;
      await file.update((circuits) => {
        const next = { ...circuits };
        for (const [provider, { field, until }] of still) {
          const known = next[provider] ?? CLOSED;
          next[provider] = { ...known, [field]: Math.max(known[field], until) };
        }
        return { circuits: next, result: undefined };
      });
    },
  };
}
