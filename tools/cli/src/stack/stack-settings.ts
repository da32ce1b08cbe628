import type { Environment } from '@nexus/local-redis';
import { isAbsolute, join } from 'node:path';
import { failureWithCode } from '../failure-with-code.ts';

/** Where a stack on this machine listens, keeps its data, and which keys its users need. */
export interface StackSettings {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly dataDirectory: string;
  /** The supervisor as the processes and the user of this machine reach it. */
  readonly url: string;
  readonly userKey: string;
  readonly adminKey: string;
  /** How to describe the keys without showing a configured one. */
  readonly keyDescriptions: { readonly user: string; readonly admin: string };
}

/** Reads the variables that the launcher itself needs; the processes check their own. Empty counts as unset. */
export function stackSettings(environment: Environment, root: string): StackSettings {
  const portText = given(environment, 'NEXUS_PORT') ?? given(environment, 'PORT') ?? '8000';
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port < 1 || port > 65_535) {
    throw failureWithCode(
      'SETTINGS_INVALID',
      `NEXUS_PORT must be a whole number from 1 to 65535, not ${JSON.stringify(portText)}.`,
    );
  }
  const host = given(environment, 'NEXUS_HOST') ?? '127.0.0.1';
  const data = given(environment, 'NEXUS_DATA_DIR') ?? '.nexus';
  return {
    host,
    port,
    dataDirectory: isAbsolute(data) ? data : join(root, data),
    url: `http://${reachable(host)}:${port}`,
    userKey: given(environment, 'NEXUS_API_KEY') ?? 'dev-key',
    adminKey: given(environment, 'ADMIN_API_KEY') ?? 'admin-key',
    keyDescriptions: {
      user: describeKey(environment, 'NEXUS_API_KEY', 'dev-key'),
      admin: describeKey(environment, 'ADMIN_API_KEY', 'admin-key'),
    },
  };
}

/** The environment of the stack's processes: the user's own, and what the launcher decided. */
export function processEnvironment(environment: Environment, settings: StackSettings, redisUrl: string): Environment {
  return {
    ...environment,
    NEXUS_HOST: settings.host,
    NEXUS_PORT: String(settings.port),
    NEXUS_DATA_DIR: settings.dataDirectory,
    REDIS_URL: redisUrl,
    SUPERVISOR_URL: given(environment, 'SUPERVISOR_URL') ?? settings.url,
    NEXUS_WORKER_PORT: given(environment, 'NEXUS_WORKER_PORT') ?? '0',
    NEXUS_BOT_PORT: given(environment, 'NEXUS_BOT_PORT') ?? '0',
  };
}

/** The address to call when listening on all of them. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function describeKey(environment: Environment, name: string, standard: string): string {
  const key = given(environment, name);
  return key === undefined || key === standard ? `${standard} (default, loopback only)` : `from ${name}`;
}

function given(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === undefined || value === '' ? undefined : value;
}
