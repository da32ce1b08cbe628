import type { Fault } from './fault.ts';
import { checkFault } from './parse-fault.ts';
import type { SimulatedProvider } from './simulated-provider.ts';

/** What the providers are to do next. */
export interface FaultScript {
  /** Adds to the provider's queue; throws, and adds nothing, if one of them is no fault of this provider. */
  readonly append: (provider: SimulatedProvider, faults: readonly Fault[]) => void;
  /** What follows when the queue is empty; without a fault: nothing. */
  readonly always: (provider: SimulatedProvider, fault?: Fault) => void;
  /** The fault of the request that has just arrived, if it is to have one. */
  readonly take: (provider: SimulatedProvider) => Fault | undefined;
  readonly clear: () => void;
}

/** An empty script. */
export function createFaultScript(): FaultScript {
  const queues = new Map<SimulatedProvider, Fault[]>();
  const habits = new Map<SimulatedProvider, Fault>();
  return {
    append: (provider, faults) => {
      const checked = faults.map((fault) => checkFault(fault, provider));
      queues.set(provider, [...(queues.get(provider) ?? []), ...checked]);
    },
    always: (provider, fault) => {
      if (fault === undefined) habits.delete(provider);
      else habits.set(provider, checkFault(fault, provider));
    },
    take: (provider) => queues.get(provider)?.shift() ?? habits.get(provider),
    clear: () => {
      queues.clear();
      habits.clear();
    },
  };
}
