import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, freePort, startNode } from '../child.ts';

const folder = dirname(createRequire(import.meta.url).resolve('@portkey-ai/gateway/package.json'));

/** The gateway of others that the door is compared with: the package the tools install, nothing of it in the product. */
export const peerName: string = `Portkey ${versionOf(folder)}`;

/** A Node to run the peer on, and what it says of itself, e.g. `v20.20.2`. */
export type PeerNode = { path: string; version: string };

/** The Node of this process, which the product runs on. */
export const nodeHere: PeerNode = { path: process.execPath, version: process.version };

/** The peer's own image is made from node:20-alpine (Dockerfile of Portkey-AI/gateway). */
const PEER_IMAGE = /^v20\./;

/**
 * The Node the peer is shipped with, where there is one: the program that BENCH_PEER_NODE names, else the Node that npm
 * runs on if it is that one.
 */
export function nodeOfPeer(): PeerNode | undefined {
  const named = process.env['BENCH_PEER_NODE'];
  const path = named ?? process.env['npm_node_execpath'];
  if (path === undefined) return undefined;
  const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
  return named !== undefined || PEER_IMAGE.test(version) ? { path, version } : undefined;
}

/** A running peer. It speaks chat completions; every request carries its own configuration in a header. */
export type Peer = { url: string; pid: number; stop: () => Promise<void> };

/**
 * Starts the peer on a free port of 127.0.0.1 and waits until it answers. Rejects when it ends before. `preload` is a
 * module to load before it.
 */
export async function startPeer({
  preload,
  node = nodeHere,
}: { preload?: string; node?: PeerNode } = {}): Promise<Peer> {
  const port = await freePort();
  const before = preload === undefined ? [] : ['--import', preload];
  const args = [...before, join(folder, 'build/start-server.js'), `--port=${port}`, '--headless'];
  const child = startNode(args, {}, node.path);
  await untilAnswering(port, child);
  return {
    url: `http://127.0.0.1:${port}/v1/chat/completions`,
    pid: child.process.pid ?? 0,
    stop: () => child.stop(),
  };
}

async function untilAnswering(port: number, { process: peer }: Child): Promise<void> {
  for (;;) {
    if (peer.exitCode !== null) throw new Error(`the peer ended with ${peer.exitCode} before it answered`);
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer !== undefined) return;
    await wait(20);
  }
}

function versionOf(path: string): string {
  const { version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { version: string };
  return version;
}
