import { createServer } from 'node:net';

/** Below the range from which systems take the ports of outgoing connections (Linux 32768, macOS and Windows 49152). */
const FIRST = 16_384;
const LAST = 32_767;

/**
 * A loopback port that is free now. It lies outside the range of outgoing connections, so that a client that keeps
 * reconnecting while its server is down cannot get the server's own port (a connection of a socket to itself).
 */
export async function freePort(random: () => number = Math.random): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = FIRST + Math.floor(random() * (LAST - FIRST + 1));
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on 127.0.0.1`);
}

/** Whether a server could listen there at this moment. */
export function canListen(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
