import { LOG_LEVELS, oneOf, port, text, url, variable } from '@nexus/runtime';

/** Every environment variable the bot reads. */
export const settingsVariables = {
  NEXUS_HOST: variable({
    group: 'Core',
    type: text,
    default: '127.0.0.1',
    text: 'address to listen on; 0.0.0.0 = every one',
  }),
  NEXUS_BOT_PORT: variable({
    group: 'AutoFix',
    type: port,
    default: 8012,
    text: 'port of the bot for /health/live, /health/ready and /metrics',
  }),
  LOG_LEVEL: variable({
    group: 'Core',
    type: oneOf(LOG_LEVELS),
    default: 'INFO',
    text: 'log lines below this level are not written',
  }),
  REDIS_URL: variable({
    group: 'Core',
    type: { ...url(['redis', 'rediss']), secret: true },
    required: true,
    defaultText: "the launcher's local Redis",
    text: 'Redis for tasks and queue; used as given and never replaced',
  }),
};
