import { isError } from './mask.ts';
import type { Logger } from './logger.ts';

/** What a started service gives back. `stop` finishes or hands back running work; it is called once. */
export type RunningService = { stop(): Promise<void> };

/** The process a service runs in; replaced in tests. */
export type HostProcess = {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  exit(status: number): void;
};

export type ServiceOptions = {
  name: string;
  logger: Logger;
  start: () => Promise<RunningService>;
  /** Milliseconds `stop` may take; then the process ends anyway, with status 1. Keep it below the orchestrator's grace time. */
  deadlineMs: number;
  signals?: readonly NodeJS.Signals[];
  host?: HostProcess;
};

type Stopped = 'stopped' | 'deadline' | 'failed';

async function stopWithin(running: RunningService, { deadlineMs, logger, name }: ServiceOptions): Promise<Stopped> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<Stopped>((resolve) => {
    timer = setTimeout(() => resolve('deadline'), deadlineMs);
  });
  const stopped = running.stop().then(
    (): Stopped => 'stopped',
    (error: unknown): Stopped => {
      logger.error('The service failed while stopping', { event: 'SERVICE_STOP_FAILED', service: name, error });
      return 'failed';
    },
  );
  const outcome = await Promise.race([stopped, deadline]);
  clearTimeout(timer);
  return outcome;
}

/**
 * Runs a service until a signal: start → (signal) → stop within the deadline → exit 0. A start that fails is one log line
 * and exit 1; a second signal ends the process at once; an unhandled rejection or exception is logged, then an orderly
 * stop and exit 1. Resolves when the service has started (or failed to).
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { name, logger } = options;
  const host: HostProcess = options.host ?? process;
  let running: RunningService | undefined;
  let stopping = false;
  let requested: number | undefined;
  let deadline: NodeJS.Timeout | undefined;

  function endWhenStarted(status: number): void {
    requested = Math.max(requested ?? 0, status);
    deadline ??= setTimeout(() => {
      logger.error('The service did not start before it was to end', {
        event: 'SERVICE_START_LATE',
        service: name,
        deadline_ms: options.deadlineMs,
      });
      host.exit(1);
    }, options.deadlineMs);
  }

  async function end(status: number): Promise<void> {
    if (running === undefined) return endWhenStarted(status);
    if (stopping) return;
    stopping = true;
    const outcome = await stopWithin(running, options);
    if (outcome === 'deadline') {
      logger.error('The service did not stop in time', {
        event: 'SERVICE_STOP_LATE',
        service: name,
        deadline_ms: options.deadlineMs,
      });
    }
    if (outcome === 'stopped') logger.info('The service has stopped', { event: 'SERVICE_STOPPED', service: name });
    host.exit(outcome === 'stopped' ? status : 1);
  }

  let signalled = false;
  function onSignal(signal: NodeJS.Signals): void {
    if (signalled) return host.exit(1);
    signalled = true;
    logger.info('The service is stopping', { event: 'SERVICE_STOPPING', service: name, signal });
    void end(0);
  }
  function onFault(kind: string, error: unknown): void {
    logger.error('Something failed that nobody handled', {
      event: 'SERVICE_FAULT',
      service: name,
      kind,
      error: asError(error),
    });
    void end(1);
  }
  for (const signal of options.signals ?? (['SIGTERM', 'SIGINT'] as const)) host.on(signal, () => onSignal(signal));
  host.on('uncaughtException', (error) => onFault('uncaughtException', error));
  host.on('unhandledRejection', (error) => onFault('unhandledRejection', error));

  try {
    running = await options.start();
  } catch (error) {
    logger.error('The service could not start', {
      event: 'SERVICE_START_FAILED',
      service: name,
      error: asError(error),
    });
    return host.exit(1);
  }
  clearTimeout(deadline);
  if (requested !== undefined) await end(requested);
}

function asError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(`not an Error: ${String(thrown)}`);
}
