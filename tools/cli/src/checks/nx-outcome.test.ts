import { expect, test } from '@jest/globals';
import { nxOutcome } from './nx-outcome.ts';

const OUTPUT = `
\u001b[7m NX \u001b[27m   Running targets lint, test for 2 projects:

- @nexus/one
- @nexus/two

\u001b[32m✔\u001b[39m  nx run @nexus/one:lint  [local cache]
✔  nx run @nexus/one:test (2.3s)

> nx run @nexus/two:test

Failed tasks: a text of the test itself
- not a task

 NX   Running targets lint, test for 2 projects failed

Tasks not run because their dependencies failed or --nx-bail=true:

- @nexus/three:build

Failed tasks:

- @nexus/two:test
- @nexus/two:lint

  Run duration:      248ms
`;

test('reads what succeeded, what failed and what was not run', () => {
  expect(nxOutcome(OUTPUT)).toEqual({
    succeeded: ['@nexus/one:lint', '@nexus/one:test'],
    failed: ['@nexus/two:test', '@nexus/two:lint', '@nexus/three:build'],
  });
});

test('nothing to do is nothing', () => {
  expect(nxOutcome('\n NX   No tasks were run\n')).toEqual({ succeeded: [], failed: [] });
});
