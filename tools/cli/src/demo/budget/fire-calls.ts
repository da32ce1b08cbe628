import { Agent, request } from 'node:http';

/** What became of all calls. `paid` is the sum of what the answers say they cost, in nano-USD. */
export interface CallTotals {
  readonly answered: number;
  readonly refused: number;
  /** Neither an answer nor a refusal by the budget, by status; 0 = the connection broke. */
  readonly other: Readonly<Record<string, number>>;
  readonly paid: bigint;
}

/** Calls to make: all at once, in turn at each of the addresses. */
export interface CallPlan {
  readonly urls: readonly string[];
  readonly key: string;
  readonly calls: number;
  readonly body: (place: number) => unknown;
  readonly onDone: (done: number) => void;
}

interface Reply {
  readonly status: number;
  readonly body: { cost_nano?: unknown };
}

/** Makes all calls at the same time, every one on a connection of its own. Never rejects. */
export async function fireCalls({ urls, key, calls, body, onDone }: CallPlan): Promise<CallTotals> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  let done = 0;
  const replies = await Promise.all(
    Array.from({ length: calls }, async (_each, place) => {
      const url = `${urls[place % urls.length]}/llm/generate`;
      const reply = await post(url, { agent, key, body: JSON.stringify(body(place)) });
      done += 1;
      onDone(done);
      return reply;
    }),
  );
  agent.destroy();
  const other: Record<string, number> = {};
  for (const { status } of replies) {
    if (status !== 200 && status !== 402) other[status] = (other[status] ?? 0) + 1;
  }
  return {
    answered: replies.filter(({ status }) => status === 200).length,
    refused: replies.filter(({ status }) => status === 402).length,
    other,
    paid: replies.reduce(
      (sum, { body: { cost_nano } }) => sum + (typeof cost_nano === 'string' ? BigInt(cost_nano) : 0n),
      0n,
    ),
  };
}

function post(url: string, { agent, key, body }: { agent: Agent; key: string; body: string }): Promise<Reply> {
  const broken: Reply = { status: 0, body: {} };
  const headers = { 'content-type': 'application/json', 'x-api-key': key, 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve) => {
    const sending = request(url, { agent, method: 'POST', headers, timeout: 120_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', () => resolve(broken));
      response.once('end', () => {
        try {
          const read = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Reply['body'];
          resolve({ status: response.statusCode ?? 0, body: read });
        } catch {
          resolve(broken);
        }
      });
    });
    sending.once('timeout', () => sending.destroy());
    sending.once('error', () => resolve(broken));
    sending.end(body);
  });
}
