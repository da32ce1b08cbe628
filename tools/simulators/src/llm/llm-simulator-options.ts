import type { SimulatedProvider } from './simulated-provider.ts';

/** How the simulator is started; everything has a default. */
export interface LlmSimulatorOptions {
  /** Loopback port; 0, the default, takes a free one. */
  readonly port?: number;
  /** All by default; the paths of the others do not exist. */
  readonly providers?: readonly SimulatedProvider[];
  /** Every answer waits that long first; 0 by default. */
  readonly delayMs?: number;
  /** How waits are waited (delayMs, slow, slowStream): resolves after the milliseconds, or early when the client has hung up. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** The clock of dates in answers and headers. */
  readonly now?: () => Date;
}
