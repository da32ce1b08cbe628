import { LOG_LEVELS } from './logger.ts';
import { oneOf, text, url, workingPath } from './setting-types.ts';
import { variable } from './settings.ts';

/** What every process of the platform reads; each app's schema takes the ones it honours. */
export const processVariables = {
  NODE_ENV: variable({
    group: 'Core',
    type: text,
    default: 'development',
    text: 'production forbids the default keys',
  }),
  LOG_LEVEL: variable({
    group: 'Core',
    type: oneOf(LOG_LEVELS),
    default: 'INFO',
    text: 'log lines below this level are not written',
  }),
  NEXUS_HOST: variable({
    group: 'Core',
    type: text,
    default: '127.0.0.1',
    text: 'address to listen on; 0.0.0.0 = every one',
  }),
  NEXUS_DATA_DIR: variable({
    group: 'Core',
    type: workingPath,
    default: '.nexus',
    text: 'folder of stored files; base of every relative path',
  }),
  REDIS_URL: variable({
    group: 'Core',
    // May hold a password.
    type: { ...url(['redis', 'rediss']), secret: true },
    required: true,
    defaultText: "the launcher's local Redis",
    text: 'Redis for tasks and queue; used as given and never replaced',
  }),
};
