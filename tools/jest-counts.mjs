import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes `{passed, failed, skipped}` of a Jest run to `<project>/test-output/counts.json`, for the closing line of `npm test`. */
export default class JestCounts {
  constructor(globalConfig) {
    this.directory = join(globalConfig.rootDir, 'test-output');
  }

  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(join(this.directory, 'counts.json'), JSON.stringify(counts));
  }
}
