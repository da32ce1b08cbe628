/**
 * A provider that answers at once: chat completions of OpenAI, the same answer to everybody.
 * Usage: node llm-upstream.ts. Prints the port it listens on.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const answer = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_763_856_000,
  model: 'bench-model',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'The invoice of March is paid; the one of April is due on the 30th.' },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 92, completion_tokens: 18, total_tokens: 110 },
});
const head = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(answer)) };

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, head).end(answer));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});
