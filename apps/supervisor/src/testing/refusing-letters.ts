import type { DeadLetters } from '@nexus/task-queue';

/** Dead letters for tests that have none: nothing is remembered, nothing waits, and whoever wants to move one is refused. */
export function createRefusingLetters(): DeadLetters {
  const refuse = () => Promise.reject(new Error('this test has no dead letters; run it on the real queue'));
  return {
    causes: refuse,
    newest: refuse,
    page: refuse,
    read: refuse,
    move: refuse,
    freeze: refuse,
    keepPlan: refuse,
    readPlan: refuse,
    groups: { read: refuse, setState: refuse },
    operations: {
      create: refuse,
      read: refuse,
      list: refuse,
      cancel: refuse,
      addAlerted: refuse,
      take: () => Promise.resolve(undefined),
      settleOutcomes: () => Promise.resolve(0),
    },
    tombstone: () => Promise.resolve(undefined),
    audit: refuse,
  };
}
