import { describe, expect, test } from '@jest/globals';
import { processEnvironment, stackSettings } from './stack-settings.ts';

describe('stackSettings', () => {
  test('the defaults', () => {
    expect(stackSettings({}, '/project')).toEqual({
      host: '127.0.0.1',
      port: 8000,
      dataDirectory: '/project/.nexus',
      url: 'http://127.0.0.1:8000',
      userKey: 'dev-key',
      adminKey: 'admin-key',
      keyDescriptions: { user: 'dev-key (default, loopback only)', admin: 'admin-key (default, loopback only)' },
    });
  });

  test('empty is unset, PORT is the older name, and a relative data folder lies in the project', () => {
    const settings = stackSettings(
      { NEXUS_PORT: '', PORT: '9000', NEXUS_DATA_DIR: 'data', NEXUS_API_KEY: '' },
      '/project',
    );
    expect(settings).toMatchObject({ port: 9000, dataDirectory: '/project/data', userKey: 'dev-key' });
  });

  test('a configured key is used and never described by its value', () => {
    const settings = stackSettings({ NEXUS_API_KEY: 'secret-1', ADMIN_API_KEY: 'secret-2' }, '/project');
    expect(settings).toMatchObject({ userKey: 'secret-1', adminKey: 'secret-2' });
    expect(JSON.stringify(settings.keyDescriptions)).not.toContain('secret');
  });

  test.each([
    ['0.0.0.0', 'http://127.0.0.1:8000'],
    ['::', 'http://127.0.0.1:8000'],
    ['::1', 'http://[::1]:8000'],
    ['10.1.2.3', 'http://10.1.2.3:8000'],
  ])('listening on %s, it is called at %s', (host, url) => {
    expect(stackSettings({ NEXUS_HOST: host }, '/p').url).toBe(url);
  });

  test.each(['0', '70000', 'eighty', '-1', '80.5'])('NEXUS_PORT=%s is refused', (port) => {
    expect(() => stackSettings({ NEXUS_PORT: port }, '/p')).toThrow('NEXUS_PORT must be');
  });
});

test('the processes get what the launcher decided, and every other setting as it is', () => {
  const environment = { LOG_LEVEL: 'DEBUG', AGENT_API_KEY: 'agent', PORT: '1', NEXUS_PORT: '8001' };
  expect(processEnvironment(environment, stackSettings(environment, '/p'), 'redis://x')).toMatchObject({
    LOG_LEVEL: 'DEBUG',
    AGENT_API_KEY: 'agent',
    NEXUS_PORT: '8001',
    NEXUS_HOST: '127.0.0.1',
    NEXUS_DATA_DIR: '/p/.nexus',
    REDIS_URL: 'redis://x',
    SUPERVISOR_URL: 'http://127.0.0.1:8001',
    NEXUS_WORKER_PORT: '0',
    NEXUS_BOT_PORT: '0',
  });
});
