import { port, processVariables, variable } from '@nexus/runtime';

/** Every environment variable the bot reads. */
export const settingsVariables = {
  LOG_LEVEL: processVariables.LOG_LEVEL,
  NEXUS_HOST: processVariables.NEXUS_HOST,
  REDIS_URL: processVariables.REDIS_URL,
  NEXUS_BOT_PORT: variable({
    group: 'AutoFix',
    type: port,
    default: 8012,
    text: 'port of the bot for /health/live, /health/ready and /metrics',
  }),
};
