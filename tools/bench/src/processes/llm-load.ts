import { Agent, request } from 'node:http';
import autocannon from 'autocannon';
import { cpuMicroseconds } from '../machine.ts';
import { median } from '../row.ts';

export const CONNECTIONS = 50;

/** Something that answers chat completions. */
export type LlmTarget = { url: string; headers: Record<string, string>; pid: number };

/** Requests a second and CPU milliseconds a request of the process itself. */
export type LoadFigures = { per_second: number; cpu_ms: number; requests: number };

/** No two requests are equal, so that none is answered from memory. `[<id>]` is what the load generator replaces. */
const ID = '[<id>]';
const body = JSON.stringify({
  model: 'bench-model',
  messages: [
    { role: 'system', content: 'You answer questions about invoices for the back office. Be short and exact.' },
    {
      role: 'user',
      content: `Case ${ID}: which of the invoices of the spring quarter are paid, which are due, and on which day? Invoice 1203 of March, 980,000 won. Invoice 1257 of April, 1,310,000 won, due at the end of the month.`,
    },
  ],
  max_tokens: 256,
  temperature: 0.2,
});

/** Loads the target from many connections; rejects when anything but 200 comes back. */
export async function load({ url, headers, pid }: LlmTarget, seconds: number): Promise<LoadFigures> {
  const before = cpuMicroseconds(pid);
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    idReplacement: true,
    connections: CONNECTIONS,
    duration: seconds,
  });
  const cpu = cpuMicroseconds(pid) - before;
  const requests = result['2xx'];
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url} gave ${result.non2xx} answers that were not 2xx and ${result.errors} errors`);
  }
  return { per_second: requests / result.duration, cpu_ms: cpu / 1000 / requests, requests };
}

/** Median milliseconds of so many requests, one after the other on one connection. */
export async function latency({ url, headers }: LlmTarget, { requests }: { requests: number }): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let count = 0; count < requests; count += 1) {
    const text = body.replace(ID, `latency-${process.hrtime.bigint()}`);
    const started = performance.now();
    await once({ url, headers, agent, text });
    times.push(performance.now() - started);
  }
  agent.destroy();
  return median(times);
}

type Question = { url: string; headers: Record<string, string>; agent: Agent; text: string };

function once({ url, headers, agent, text }: Question): Promise<void> {
  const length = String(Buffer.byteLength(text));
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': length, ...headers } },
      (answer) => {
        answer.resume();
        answer.once('error', reject);
        answer.once('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`${url} answered ${answer.statusCode}`));
        });
      },
    );
    asked.once('error', reject);
    asked.end(text);
  });
}
