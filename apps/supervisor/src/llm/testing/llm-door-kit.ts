import { randomUUID } from 'node:crypto';
import { routes } from '@nexus/contracts';
import type { LedgerPort } from '@nexus/llm-router';
import { createLogger, registerMetrics } from '@nexus/runtime';
import { createAuthorize, createHttpApp, serveHttp } from '@nexus/runtime/http';
import { metricDefinitions } from '../../metrics.ts';
import { silentAlerts } from '../../testing/silent-alerts.ts';
import type { Env } from '../../testing/settings-kit.ts';
import { createLlm } from '../create-llm.ts';
import { createLlmHandlers } from '../llm-handlers.ts';
import { llmEnv, type LlmKit } from './llm-kit.ts';

/** The doors to the models alone, on HTTP, with a ledger of the test's own. */
export type StartedDoor = { base: string; lines: string[]; scrape: () => Promise<string>; close: () => Promise<void> };

export async function startDoor(kit: LlmKit, ledger: LedgerPort, over: Env = {}): Promise<StartedDoor> {
  const read = kit.read({ REDIS_URL: kit.redis().url, ...llmEnv(kit.simulator()), ...over });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const settings = read.values;
  const lines: string[] = [];
  const logger = createLogger({ level: 'DEBUG', name: 'test', write: (line) => void lines.push(line) });
  const metrics = registerMetrics(metricDefinitions, { logger });
  const redis = kit.connection();
  const ports = { redis, settings, logger, metrics: metrics.handles, alerts: silentAlerts, now: Date.now };
  const llm = createLlm({ ...ports, ledger: { ...ledger, avoided: () => undefined } });
  const { llmGenerate, chatCompletions, listModels } = routes;
  const app = createHttpApp({
    routes: { llmGenerate, chatCompletions, listModels },
    handlers: createLlmHandlers(llm, { metrics: metrics.handles, now: Date.now, newId: randomUUID }),
    authorize: createAuthorize({
      user: settings.NEXUS_API_KEY,
      admin: settings.ADMIN_API_KEY,
      agent: '',
      loopbackOnly: [],
    }),
    logger,
  });
  const server = await serveHttp(app, { host: '127.0.0.1', port: 0 });
  return {
    base: `http://127.0.0.1:${server.port}`,
    lines,
    async scrape() {
      await llm.catchUp();
      return metrics.expose();
    },
    async close() {
      await server.close({ drainMs: 0, deadlineMs: 0 });
      await llm.close();
    },
  };
}
