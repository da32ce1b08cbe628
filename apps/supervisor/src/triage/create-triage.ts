import { createGroupHandlers } from './group-handlers.ts';
import { createLetterHandlers } from './letter-handlers.ts';
import { createOperationHandlers } from './operation-handlers.ts';
import { createOperationRunner } from './run-operations.ts';
import type { TriagePorts } from './triage-ports.ts';

/** The routes of dead letters and the runner of their operations, over one set of ports. */
export function createTriage(ports: TriagePorts) {
  const operations = createOperationRunner(ports);
  return {
    ports,
    operations,
    handlers: {
      ...createLetterHandlers(ports),
      ...createGroupHandlers(ports),
      ...createOperationHandlers(ports, operations),
    },
  };
}
