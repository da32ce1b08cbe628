import { createLogger, runService, settingsOrExit } from '@nexus/runtime';
import type { Agent } from './agent.ts';
import { agentRules, agentVariables } from './agent-settings.ts';
import { DRAIN_MS, startAgent } from './start-agent.ts';

/**
 * Runs an agent until a signal: takes its task types from the queue, reports to the supervisor, serves health and metrics.
 * The whole main.ts of an agent: `await runAgent(agent, process.env)`. Ends the process itself: 0 after a signal, 1 when
 * the start failed, 2 when a setting cannot be used.
 */
export async function runAgent(agent: Agent, env: Record<string, string | undefined>): Promise<void> {
  const settings = settingsOrExit(agentVariables, env, { rules: agentRules });
  const logger = createLogger({ level: settings.LOG_LEVEL, name: agent.name });
  await runService({
    name: agent.name,
    logger,
    deadlineMs: settings.WORKER_GRACE_SECONDS * 1000 + DRAIN_MS + 3_000,
    start: () => startAgent(agent, settings, logger),
  });
}
