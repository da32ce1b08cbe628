import { createLogger, runService, settingsOrExit, systemClock } from '@nexus/runtime';
import { settingsRules, settingsVariables } from './settings.ts';
import { startSupervisor } from './start-supervisor.ts';

const settings = settingsOrExit(settingsVariables, process.env, { rules: settingsRules });
const logger = createLogger({ level: settings.LOG_LEVEL, name: 'supervisor' });

await runService({
  name: 'supervisor',
  logger,
  start: () => startSupervisor(settings, { logger, now: systemClock }),
  deadlineMs: (settings.SHUTDOWN_DRAIN_SECONDS + settings.SHUTDOWN_GRACE_SECONDS + 5) * 1000,
});
