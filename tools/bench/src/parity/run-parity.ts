import { startLlmSimulator } from '@nexus/simulators';
import type { ParityCase, Seen } from './parity-case.ts';
import { parityCases } from './parity-cases.ts';
import { type Gateway, startOurs, startPeerGateway } from './parity-gateways.ts';

/** One case as both gateways met it. */
export type ParityResult = { of: ParityCase; ours: Met; peer: Met };
export type Met = { seen: Seen; ok: boolean };
export type ParityRun = { results: ParityResult[]; ours: string; peer: string };

type Simulator = Awaited<ReturnType<typeof startLlmSimulator>>;

/** Drives every case against the door and against the peer, over HTTP, with simulated providers behind both. */
export async function runParity(report: (line: string) => void): Promise<ParityRun> {
  const providers = { a: await startLlmSimulator(), b: await startLlmSimulator() };
  const bases = { a: providers.a.bases.openai, b: providers.b.bases.openai };
  const ours = await startOurs(bases);
  const peer = await startPeerGateway(bases);
  const results: ParityResult[] = [];
  try {
    for (const of of parityCases) {
      report(of.name);
      results.push({ of, ours: await drive(of, ours, providers), peer: await drive(of, peer, providers) });
    }
  } finally {
    await Promise.all([ours.stop(), peer.stop()]);
    await Promise.all([providers.a.close(), providers.b.close()]);
  }
  return { results, ours: ours.name, peer: peer.name };
}

async function drive(
  { fault, once = false, calls = 1, stream = false, retries = 0, passes }: ParityCase,
  gateway: Gateway,
  { a, b }: { a: Simulator; b: Simulator },
): Promise<Met> {
  await gateway.reset();
  a.reset();
  b.reset();
  if (once) a.script('openai', [fault]);
  else a.always('openai', fault);
  const answers: Seen['answers'] = [];
  for (let call = 0; call < calls; call += 1) answers.push(await gateway.ask({ stream, retries }));
  const seen = { answers, hits: { a: a.hitCount('openai'), b: b.hitCount('openai') } };
  return { seen, ok: passes(seen) };
}
