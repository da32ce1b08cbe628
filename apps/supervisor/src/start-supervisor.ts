import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DeclaredCap } from '@nexus/finops-ledger';
import { connectRedis, pingRedis, registerMetrics, type Clock, type Logger } from '@nexus/runtime';
import { serveHttp } from '@nexus/runtime/http';
import { createDeadLetters, createTaskQueue } from '@nexus/task-queue';
import { createAlerts } from './alerts/alerts.ts';
import { keyFile, listedKeys, noKeys, singleKey, type KeySource } from './callback/key-source.ts';
import { createRedisNonceStore } from './callback/nonce-store.ts';
import { createFilesystemFileStore } from './file/filesystem-file-store.ts';
import { createFinops } from './finops/create-finops.ts';
import { loadBudgets } from './finops/load-budgets.ts';
import { createLlm } from './llm/create-llm.ts';
import { metricDefinitions } from './metrics.ts';
import type { Settings } from './settings.ts';
import { supervise } from './supervise.ts';
import { supervisorOptions } from './supervisor-options.ts';
import { waitReally } from './task/task-events.ts';

export type RunningSupervisor = { port: number; stop(): Promise<void> };

/** Settings → clients → supervise → listen. Rejects when the address is taken, or the key list or the policy cannot be read. */
export async function startSupervisor(
  settings: Settings,
  { logger, now }: { logger: Logger; now: Clock },
): Promise<RunningSupervisor> {
  const options = supervisorOptions(settings);
  const signingKeys = await openKeySource(settings, { logger, now });
  const onRedisError = (error: unknown) => logger.warn('Redis connection trouble', { event: 'REDIS_ERROR', error });
  const connections = new Set<ReturnType<typeof connectRedis>>();
  const connect = (purpose: 'request' | 'blocking') => {
    const name = `nexus-supervisor-${purpose}`;
    const connection = connectRedis({ url: settings.REDIS_URL, purpose, name, onError: onRedisError });
    connections.add(connection);
    connection.once('end', () => connections.delete(connection));
    return connection;
  };
  const redis = connect('request');
  const queue = createTaskQueue({
    connection: redis,
    connectBlocking: () => connect('blocking'),
    queueName: settings.TASK_QUEUE,
    retry: {
      maxRetries: settings.MAX_RETRIES,
      delaysSeconds: [...settings.RETRY_DELAYS_SECONDS],
      jitter: settings.RETRY_JITTER_ENABLED,
    },
    taskTtlSeconds: settings.TASK_TTL_SECONDS,
    taskLockSeconds: settings.TASK_LOCK_TTL_SECONDS,
    now,
    onError: onRedisError,
  });
  const letters = createDeadLetters({
    connection: redis,
    queueName: settings.TASK_QUEUE,
    taskTtlSeconds: settings.TASK_TTL_SECONDS,
    newToken: randomUUID,
    now,
  });
  const metrics = registerMetrics(metricDefinitions, { logger });
  const closing = new AbortController();
  const alerts = createAlerts({ redis, settings, logger, metrics: metrics.handles, now });
  const finops = createFinops({
    ...{ redis, settings, budgets: budgetsOf(settings), metrics: metrics.handles },
    ...{ alerts, logger, now, newId: randomUUID },
  });
  const ledger = finops.models;
  const llm = createLlm({ redis, settings, logger, metrics: metrics.handles, alerts, ledger, now });
  const supervisor = supervise(
    {
      queue,
      letters,
      alerts,
      llm,
      finops,
      nonces: createRedisNonceStore(redis),
      files: createFilesystemFileStore({
        directory: join(settings.NEXUS_DATA_DIR, 'files'),
        ttlSeconds: settings.FILE_TTL_SECONDS,
        now,
      }),
      signingKeys,
      redisCheck: () => pingRedis(redis),
      metrics,
      logger,
      now,
      newId: randomUUID,
      wait: waitReally,
      closing: closing.signal,
    },
    options,
  );
  const close = async () => {
    closing.abort();
    await supervisor.idle();
    await llm.close();
    await finops.close();
    await queue.close();
    for (const connection of connections) connection.disconnect();
  };
  const server = await serveHttp(supervisor.app, { host: settings.NEXUS_HOST, port: settings.NEXUS_PORT }).catch(
    async (error: unknown) => {
      await close();
      throw error;
    },
  );
  warnAtStart(settings, logger);
  logger.info('The supervisor listens', { event: 'SUPERVISOR_START', host: server.host, port: server.port });
  void supervisor.startLoops(closing.signal);
  return {
    port: server.port,
    async stop() {
      closing.abort();
      await server.close({
        drainMs: settings.SHUTDOWN_DRAIN_SECONDS * 1000,
        deadlineMs: (settings.SHUTDOWN_DRAIN_SECONDS + settings.SHUTDOWN_GRACE_SECONDS) * 1000,
      });
      await close();
    },
  };
}

/** Throws when the budgets file cannot be used (any more). */
function budgetsOf(settings: Settings): readonly DeclaredCap[] {
  const loaded = loadBudgets(settings);
  if (loaded.ok) return loaded.budgets;
  throw new Error(`The budgets file LLM_BUDGETS_FILE cannot be used: ${loaded.problems.join('; ')}.`);
}

/** The key list wins over the single secret; a configured list that cannot be used ends the start. */
async function openKeySource(settings: Settings, ports: { logger: Logger; now: Clock }): Promise<KeySource> {
  const { CALLBACK_SIGNATURE_SECRETS_PATH: path, CALLBACK_SIGNATURE_SECRETS_JSON: list } = settings;
  if (settings.CALLBACK_SECRET_ROTATION_SOURCE === 'file' && path !== undefined) {
    const source = keyFile(path, ports);
    const keys = await source();
    if (keys.state !== 'broken') return source;
    throw new Error(`The key list CALLBACK_SIGNATURE_SECRETS_PATH (${path}) cannot be used: ${keys.why}.`);
  }
  if (list !== undefined) return listedKeys(list, ports.now);
  return settings.CALLBACK_SIGNATURE_SECRET === undefined ? noKeys() : singleKey(settings.CALLBACK_SIGNATURE_SECRET);
}

function warnAtStart(settings: Settings, logger: Logger): void {
  if (settings.CALLBACK_SIGNATURE_ALLOW_LEGACY_BODY_ONLY) {
    logger.warn('Callbacks signed over the body alone are accepted: they can be replayed', {
      event: 'CALLBACK_BODY_ONLY_ALLOWED',
    });
  }
}
