import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as it arrived. */
export type ReceivedWebhook = { path: string; headers: IncomingHttpHeaders; raw: Buffer; body: ReceivedBody };
export type ReceivedBody = { event: string; payload: Record<string, unknown>; text: string; content: string };

/** A webhook receiver on loopback that keeps what arrives and answers as told. */
export type WebhookReceiver = {
  port: number;
  /** Its address with this path. */
  url(path: string): string;
  received: ReceivedWebhook[];
  /** Answers the next requests, once each in this order; afterwards 200 again. */
  answerNext(...answers: Answer[]): void;
  stop(): Promise<void>;
};

/** A status, or anything a test does to the response. */
export type Answer = number | ((response: ServerResponse) => void);

/** Starts a receiver on a free port. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((raw) => {
      const body = JSON.parse(raw.toString()) as ReceivedBody;
      received.push({ path: request.url ?? '', headers: request.headers, raw, body });
      const answer = answers.shift() ?? 200;
      if (typeof answer === 'function') answer(response);
      else response.writeHead(answer).end('the answer is not read');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    received,
    answerNext: (...next) => void answers.push(...next),
    stop: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
