import type { Logger } from '@nexus/runtime';

/** What nobody waits for: metrics and audit of a call, done in order when the commands and answers of the turn have left. */
export type Afterwards = {
  /** Never throws; what the action throws is logged. */
  run: (action: () => void) => void;
  /** Does what is left at once: before what the actions use is closed. */
  drain: () => void;
};

/**
 * Puts work off for a turn of the event loop. The first `setImmediate` may be before the one that sends the turn's commands
 * to Redis; the second is after it, while their answers are on the way.
 */
export function createAfterwards(logger: Pick<Logger, 'error'>): Afterwards {
  let waiting: (() => void)[] = [];

  function safely(action: () => void): void {
    try {
      action();
    } catch (error) {
      logger.error('What a model call leaves behind could not be told', { event: 'LLM_AFTERWARDS_FAILED', error });
    }
  }

  function drain(): void {
    while (waiting.length > 0) {
      const actions = waiting;
      waiting = [];
      for (const action of actions) safely(action);
    }
  }

  return {
    run(action) {
      if (waiting.push(action) === 1) setImmediate(() => setImmediate(drain));
    },
    drain,
  };
}
