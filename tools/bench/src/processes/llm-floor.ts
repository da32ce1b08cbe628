/**
 * The floor of every gateway in Node: one bare hop of node:http over kept connections, the JSON of request and answer
 * parsed and written again, and nothing else. With a Redis also the floor of every gateway whose guards are shared: an empty
 * script before the hop and one after it.
 * Usage: node llm-floor.ts URL [REDIS_URL], where URL is what is asked. Prints the port it listens on.
 */
import { Agent, createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectRedis } from '@nexus/runtime';

const url = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const emptyScript = bindEmptyScript(process.argv[3]);

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  forward(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const question = JSON.stringify(await readJson(request));
  await emptyScript?.();
  const upstream = ask(url, {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(question)) },
  });
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve).once('error', reject);
    upstream.end(question);
  });
  const answer = JSON.stringify(await readJson(reply));
  await emptyScript?.();
  response.writeHead(reply.statusCode ?? 502, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(answer)),
  });
  response.end(answer);
}

async function readJson(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}

function bindEmptyScript(redisUrl: string | undefined): (() => Promise<unknown>) | undefined {
  if (redisUrl === undefined) return undefined;
  const redis = connectRedis({
    url: redisUrl,
    purpose: 'request',
    name: 'floor',
    onError: (error) => process.stderr.write(`${error.message}\n`),
  });
  redis.defineCommand('empty', { numberOfKeys: 0, lua: 'return 1' });
  const { empty } = redis as unknown as { empty: () => Promise<unknown> };
  return () => empty.call(redis);
}
