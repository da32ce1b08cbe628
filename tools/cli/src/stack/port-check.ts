import { createClient } from '@nexus/contracts';
import { canListen } from '@nexus/local-redis';
import { failureWithCode } from '../failure-with-code.ts';
import type { StackSettings } from './stack-settings.ts';

/** Rejects with PORT_IN_USE, and what to type, when something listens where the supervisor should. */
export async function requireFreePort(settings: StackSettings): Promise<void> {
  const { host, port } = settings;
  if (await canListen(port, host)) return;
  const other = port === 65_535 ? port - 1 : port + 1;
  const second = `NEXUS_PORT=${other} NEXUS_DATA_DIR=.nexus-${other} npm start`;
  const message = (await isNexus(settings))
    ? `Nexus already runs on ${host}:${port}. Use it, stop it (Ctrl-C where it runs), or start a second one beside it:\n  ${second}`
    : `Port ${port} on ${host} is used by another program (or may not be used by you). Choose another:\n  NEXUS_PORT=${other} npm start`;
  throw failureWithCode('PORT_IN_USE', message);
}

/** Whether what answers at the stack's address is a Nexus supervisor. */
export async function isNexus({ url }: Pick<StackSettings, 'url'>): Promise<boolean> {
  return (await createClient({ baseUrl: url, timeoutMs: 3_000 }).health()).ok;
}
