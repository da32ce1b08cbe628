import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Runs the work while a thread of its own pings Redis every millisecond: how long the work took, and the longest a PING
 * waited for its answer meanwhile, in milliseconds.
 */
export async function watchStalls(
  url: string,
  work: () => Promise<unknown>,
): Promise<{ took_ms: number; stall_ms: number }> {
  const pinger = new Worker(new URL('./letter-pinger.ts', import.meta.url), { workerData: url });
  await once(pinger, 'message');
  const started = performance.now();
  await work();
  const took_ms = performance.now() - started;
  const answer = once(pinger, 'message');
  pinger.postMessage('stop');
  const [stall_ms] = (await answer) as [number];
  return { took_ms, stall_ms };
}
