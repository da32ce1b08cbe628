import { randomUUID } from 'node:crypto';
import { createClient, type CandidateKey, type Client } from '@nexus/contracts';
import { createLogger, registerMetrics, type Clock } from '@nexus/runtime';
import { serveHttp } from '@nexus/runtime/http';
import type { TaskQueue } from '@nexus/task-queue';
import { createMemoryNonceStore } from '../callback/testing/memory-nonce-store.ts';
import { createMemoryFileStore } from '../file/testing/memory-file-store.ts';
import { metricDefinitions } from '../metrics.ts';
import { defaultTriagePolicy } from '@nexus/triage-policy';
import { supervise, type Supervisor, type SupervisorOptions, type SupervisorPorts } from '../supervise.ts';
import type { TriageOptions } from '../triage/triage-ports.ts';
import { createRefusingLetters } from './refusing-letters.ts';
import { silentAlerts } from './silent-alerts.ts';
import { idleFinops } from '../finops/testing/idle-finops.ts';
import { unconfiguredLlm } from '../llm/testing/unconfigured-llm.ts';

export const testKeys = { user: 'user-key', agent: 'agent-key', admin: 'admin-key-of-the-test', loopbackOnly: [] };

/** The treatment of dead letters by a system nobody has configured. */
export const defaultTriageOptions: TriageOptions = {
  policy: defaultTriagePolicy,
  enforceAlarm: true,
  parkLabels: { dlq: 'nexus.dlq', hold: 'nexus.hold', alarm: 'nexus.alarm' },
  applyMaxAgeSeconds: 7200,
  applyEverySeconds: 0,
  planLooks: 250_000,
  runbookBaseUrl: '',
};

export type TestSupervisor = {
  base: string;
  /** Calls with the user key. */
  client: Client;
  /** Calls with the agent key. */
  agent: Client;
  /** Log lines so far, parsed. */
  logs: () => Record<string, unknown>[];
  /** Present value of a metric by its full line start, e.g. `nexus_task_create_total{task_type="x"}`; 0 when absent. */
  metric: (line: string) => Promise<number>;
  /** Lets every waiting heartbeat pass. */
  beat: () => void;
  /** Resolves when this many streams wait for a change. */
  waiting: (streams: number) => Promise<void>;
  /** What was started, for its loops. */
  supervisor: Supervisor;
  close: () => Promise<void>;
};

export type TestSupervisorOptions = {
  queue: TaskQueue;
  now: Clock;
  /** Secrets callbacks are signed with; none = not signed. */
  signingKeys?: CandidateKey[];
  ports?: Partial<SupervisorPorts>;
  options?: Partial<SupervisorOptions>;
};

/** A supervisor on a loopback port, with the queue of the caller and everything else in memory. */
export async function startTestSupervisor(setup: TestSupervisorOptions): Promise<TestSupervisor> {
  const { now, queue, signingKeys } = setup;
  const lines: string[] = [];
  const pulse = createPulse();
  const closing = new AbortController();
  const supervisor = supervise(
    {
      queue,
      letters: createRefusingLetters(),
      alerts: silentAlerts,
      llm: unconfiguredLlm,
      finops: idleFinops,
      now,
      nonces: createMemoryNonceStore(),
      files: createMemoryFileStore({ ttlSeconds: 1000, now }),
      signingKeys: () =>
        Promise.resolve(signingKeys === undefined ? { state: 'off' } : { state: 'on', keys: signingKeys }),
      redisCheck: () => queue.check(),
      metrics: registerMetrics(metricDefinitions),
      logger: createLogger({ level: 'DEBUG', name: 'supervisor', write: (line) => void lines.push(line), now }),
      newId: randomUUID,
      wait: pulse.wait,
      closing: closing.signal,
      ...setup.ports,
    },
    {
      apiKeys: testKeys,
      callback: {
        policy: { maxSkewSeconds: 300, replayProtection: true, allowBodyOnly: false, keyIdHeader: 'x-key-id' },
        nonceTtlSeconds: 900,
      },
      retryDelays: [5, 30, 300],
      retryQueuePrefix: 'nexus.retry',
      triage: defaultTriageOptions,
      maxFileBytes: 1_000_000,
      maxStreams: 10,
      ...setup.options,
    },
  );
  const server = await serveHttp(supervisor.app, { host: '127.0.0.1', port: 0 });
  const base = `http://127.0.0.1:${server.port}`;
  const client = createClient({ baseUrl: base, key: testKeys.user, adminKey: testKeys.admin, timeoutMs: 20_000 });
  return {
    base,
    client,
    agent: createClient({ baseUrl: base, key: testKeys.agent, timeoutMs: 20_000 }),
    logs: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    async metric(line) {
      const scrape = await client.metrics();
      if (!scrape.ok) throw new Error(scrape.message);
      const found = scrape.body.split('\n').find((each) => each.startsWith(`${line} `));
      return found === undefined ? 0 : Number(found.slice(line.length + 1));
    },
    beat: pulse.beat,
    waiting: pulse.waiting,
    supervisor,
    async close() {
      closing.abort();
      await server.close({ drainMs: 0, deadlineMs: 1000 });
      await supervisor.idle();
    },
  };
}

/** Heartbeats that come when the test says so. */
function createPulse() {
  const sleepers = new Set<() => void>();
  let observers: (() => void)[] = [];
  function changed(): void {
    for (const observer of observers) observer();
  }
  return {
    beat: () => {
      for (const wake of [...sleepers]) wake();
    },
    wait: (_milliseconds: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const wake = () => {
          sleepers.delete(wake);
          resolve();
        };
        sleepers.add(wake);
        signal.addEventListener('abort', wake, { once: true });
        changed();
      }),
    waiting: (streams: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (sleepers.size < streams) return;
          observers = observers.filter((observer) => observer !== look);
          resolve();
        };
        observers.push(look);
        look();
      }),
  };
}
