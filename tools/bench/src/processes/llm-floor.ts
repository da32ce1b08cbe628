/**
 * The floor of every gateway in Node: one bare hop of node:http over kept connections, the JSON of request and answer
 * parsed and written again, and nothing else.
 * Usage: node llm-floor.ts URL, where URL is what is asked. Prints the port it listens on.
 */
import { Agent, createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const url = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  forward(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const question = JSON.stringify(await readJson(request));
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
