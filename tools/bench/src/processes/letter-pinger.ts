/** A thread that keeps sending PING on a connection of its own; see watchStalls. */
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { connectTo } from './letter-subject.ts';

/** Between an answer and the next PING. Without a pause the PINGs would take a good part of Redis' time themselves. */
const PAUSE_MS = 1;

const connection = connectTo(String(workerData));
await connection.ping();
let longest = 0;
let stopped = false;
parentPort?.once('message', () => {
  stopped = true;
});
parentPort?.postMessage('watching');
while (!stopped) {
  const started = performance.now();
  await connection.ping();
  longest = Math.max(longest, performance.now() - started);
  await wait(PAUSE_MS);
}
connection.disconnect();
parentPort?.postMessage(longest);
