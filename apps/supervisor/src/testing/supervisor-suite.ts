import { describe } from '@jest/globals';
import { describeCallbacks } from './callback-suite.ts';
import { describeCreate } from './create-suite.ts';
import { describeRead } from './read-suite.ts';
import { createSuiteKit, type OpenQueue } from './suite-kit.ts';
import { describeSurface } from './surface-suite.ts';

/** The contract of the supervisor over real HTTP, on any implementation of the task queue. */
export function describeSupervisor(name: string, open: OpenQueue): void {
  describe(`supervisor on ${name}`, () => {
    const kit = createSuiteKit(open);
    describeCreate(kit);
    describeRead(kit);
    describeCallbacks(kit);
    describeSurface(kit);
  });
}
