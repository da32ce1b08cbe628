import { type Client, createClient } from '@nexus/contracts';
import type { Environment } from '@nexus/local-redis';
import { failureWithCode } from '../failure-with-code.ts';
import { stackSettings } from '../stack/stack-settings.ts';

/** A supervisor to ask, as an operator. */
export interface Connection {
  readonly client: Client;
  readonly baseUrl: string;
}

/** What was said on the command line, and where the rest comes from. */
export interface ConnectionOptions {
  readonly baseUrl?: string | undefined;
  readonly adminKey?: string | undefined;
  readonly environment: Environment;
  readonly root: string;
  readonly timeoutMs: number;
}

/**
 * The supervisor of `--base-url`, else SUPERVISOR_URL, else the local one; the key of `--admin-key`, else ADMIN_API_KEY,
 * else the published default, which works on this machine only. Empty counts as unset. Throws OPTION_INVALID.
 */
export function connect({ baseUrl, adminKey, environment, root, timeoutMs }: ConnectionOptions): Connection {
  const named = given(baseUrl) ?? given(environment['SUPERVISOR_URL']);
  if (named !== undefined && !/^https?:$/.test(URL.canParse(named) ? new URL(named).protocol : '')) {
    const source = given(baseUrl) === undefined ? 'SUPERVISOR_URL' : '--base-url';
    throw failureWithCode('OPTION_INVALID', `${source} must be a URL such as http://127.0.0.1:8000.`);
  }
  const settings = stackSettings(environment, root);
  const url = (named ?? settings.url).replace(/\/+$/, '');
  return {
    baseUrl: url,
    client: createClient({ baseUrl: url, adminKey: given(adminKey) ?? settings.adminKey, timeoutMs }),
  };
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
