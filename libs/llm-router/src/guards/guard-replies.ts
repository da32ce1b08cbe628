import type { ProviderName } from '../model.ts';
import { type Circuit, CIRCUIT_FIELDS, CLOSED } from './circuit.ts';
import type { AskAnswer } from './guard-store.ts';
import type { Standing, StandingState, StoredAnswer } from './guards.ts';

type StateReply = (string | number)[];
/** Of the script that rode, whatever that is; null when none did, or it failed. */
type RiderReply = unknown;
/** What lua/admit-4.lua returns. */
export type AdmitReply =
  | ['hit', string]
  | ['wait', number]
  | ['granted', number, number, number, RiderReply, ...StateReply]
  | ['limited' | 'shut', number, ...StateReply];
/** What lua/conclude-3.lua returns. */
export type ConcludeReply = [stored: number, rode: RiderReply, ...changes: ChangeReply[]];
/** A circuit that it changed. */
export type ChangeReply = [ProviderName, 'opened' | 'closed' | 'parked', number, string];

/** The decision of a reply that is no answer from the cache. */
export function readReply(reply: Exclude<AdmitReply, ['hit', string]>, chain: readonly ProviderName[]): AskAnswer {
  if (reply[0] === 'wait') return { kind: 'wait', milliseconds: Math.max(0, reply[1]) };
  if (reply[0] === 'granted') {
    const [, place, probe, generation, rode, ...states] = reply;
    const provider = chain[place - 1];
    if (provider === undefined) throw new Error('the admit script chose a provider that was not asked for');
    const grant = { provider, probe: probe === 1, generation, local: false };
    return { kind: 'granted', grant, providers: standings(states, chain), rode: rode ?? undefined };
  }
  const [verdict, milliseconds, ...states] = reply;
  return {
    kind: 'refused',
    refusal: {
      verdict: 'refused',
      reason: verdict === 'limited' ? 'rate_limited' : 'unavailable',
      retryAfterSeconds: milliseconds / 1000,
      providers: standings(states, chain),
    },
  };
}

function standings(states: StateReply, chain: readonly ProviderName[]): Standing[] {
  return chain.map((provider, index) => ({
    provider,
    state: states[index * 2] as StandingState,
    seconds: Number(states[index * 2 + 1]) / 1000,
  }));
}

/** Undefined for a text that is no answer. */
export function readStored(text: string): StoredAnswer | undefined {
  try {
    const stored = JSON.parse(text) as Partial<StoredAnswer> | null;
    return typeof stored?.text === 'string' && typeof stored.provider === 'string'
      ? (stored as StoredAnswer)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A circuit from the values of its fields. */
export function circuitFrom(values: (string | null)[]): Circuit {
  const circuit = { ...CLOSED };
  for (const [index, field] of CIRCUIT_FIELDS.entries()) circuit[field] = Number(values[index] ?? 0);
  return circuit;
}
