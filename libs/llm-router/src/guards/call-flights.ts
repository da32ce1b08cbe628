import type { Refused, StoredAnswer } from './guards.ts';

/** How an equal call ended: with an answer, with a refusal that holds for all who wait, or with nothing to share. */
export type Landing =
  { kind: 'answer'; answer: StoredAnswer } | { kind: 'refused'; refusal: Refused } | { kind: 'empty' };

/** A call that others in this process wait for. Lands once; landing again does nothing. */
export type Flight = { landed: Promise<Landing>; land: (landing: Landing) => void };

export type CallFlights = {
  current(key: string): Flight | undefined;
  /** Starts a flight; there must be none of this key. It is over when it lands. */
  start(key: string): Flight;
};

/** Calls in flight in this process by their dedupe key: equal ones wait here and cost no round trip. */
export function createCallFlights(): CallFlights {
  const flights = new Map<string, Flight>();
  return {
    current: (key) => flights.get(key),
    start(key) {
      let resolve: (landing: Landing) => void = () => undefined;
      const landed = new Promise<Landing>((settle) => (resolve = settle));
      const flight: Flight = {
        landed,
        land(landing) {
          if (flights.get(key) === flight) flights.delete(key);
          resolve(landing);
        },
      };
      flights.set(key, flight);
      return flight;
    },
  };
}

/** The value, or a rejection with the signal's reason if that aborts first. */
export function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    function abort(): void {
      // Callers abort with words ('timeout', 'caller'), which are what `admit` promises to reject with.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal?.reason);
    }
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
