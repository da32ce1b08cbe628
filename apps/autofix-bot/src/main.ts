import { createLogger, runService, settingsOrExit } from '@nexus/runtime';
import { settingsVariables } from './settings.ts';
import { startBot } from './start-bot.ts';

const settings = settingsOrExit(settingsVariables, process.env);
const logger = createLogger({ level: settings.LOG_LEVEL, name: 'autofix-bot' });

await runService({
  name: 'autofix-bot',
  logger,
  deadlineMs: 20_000,
  start: () =>
    startBot({ host: settings.NEXUS_HOST, port: settings.NEXUS_BOT_PORT, redisUrl: settings.REDIS_URL, logger }),
});
