import { randomUUID } from 'node:crypto';
import { registerMetrics, silentLogger, type Logger } from '@nexus/runtime';
import type { TaskQueue } from '@nexus/task-queue';
import type { FileStore } from '../file/file-store.ts';
import { metricDefinitions, type MetricHandles } from '../metrics.ts';
import type { LoopPorts } from '../ops/background-loops.ts';
import type { TriagePorts } from '../triage/triage-ports.ts';
import { createRefusingLetters } from './refusing-letters.ts';
import { silentAlerts } from './silent-alerts.ts';
import { defaultTriageOptions } from './test-supervisor.ts';

type Given = {
  queue: TaskQueue;
  files: FileStore;
  logger?: Logger;
  metrics?: MetricHandles;
  triage?: Partial<TriagePorts>;
  operations?: LoopPorts['operations'];
};

/** What the background loops work with, for tests that have neither letters nor alerts unless they give them. */
export function loopPorts({ queue, files, ...given }: Given): LoopPorts {
  const logger = given.logger ?? silentLogger;
  const metrics = given.metrics ?? registerMetrics(metricDefinitions).handles;
  return {
    queue,
    files,
    logger,
    metrics,
    alerts: silentAlerts,
    retryDelays: [5],
    queueLabels: { retryPrefix: 'nexus.retry', dlq: 'nexus.dlq' },
    operations: given.operations ?? { kick: () => undefined },
    triage: {
      ...defaultTriageOptions,
      letters: createRefusingLetters(),
      alerts: silentAlerts,
      logger,
      metrics,
      now: Date.now,
      newId: randomUUID,
      wait: () => Promise.resolve(),
      closing: new AbortController().signal,
      ...given.triage,
    },
  };
}
