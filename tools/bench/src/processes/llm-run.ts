import { readFileSync } from 'node:fs';
import { cpuMicroseconds, peakMegabytes, watchMachine } from '../machine.ts';
import { latency, load, type LoadFigures } from './llm-load.ts';
import { type LlmTargets, startLlmTargets } from './llm-targets.ts';

export type LlmSizes = { rounds: number; seconds: number; requests: number };

/** One round: each of them loaded in turn, then each asked one request after the other. */
export type LlmRound = {
  ours: LoadFigures;
  peer: LoadFigures;
  peerAsShipped: LoadFigures | undefined;
  barePeer: LoadFigures;
  floor: LoadFigures;
  guardedFloor: LoadFigures;
  redis_cpu_ms: number;
  p50_ms: { direct: number; floor: number; guardedFloor: number; ours: number; peer: number };
};

export type LlmFigures = {
  rounds: LlmRound[];
  resident_mb: { ours: number; peer: number };
  peak_mb: { ours: number; peer: number };
  /** Share of all cores that processes other than the measured ones used meanwhile. */
  others: number;
};

/** Measures door, peer and floor in turn on one upstream; what disturbs one of them disturbs all. Linux only. */
export async function measureLlm(
  { rounds, seconds, requests }: LlmSizes,
  report: (line: string) => void,
): Promise<LlmFigures> {
  const others = watchMachine();
  const targets = await startLlmTargets();
  const measured: LlmRound[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      report(round === 0 ? 'warm-up' : `round ${round}/${rounds}`);
      const figures = await measureRound(targets, { seconds, requests });
      if (round > 0) measured.push(figures);
    }
    const memory = (of: (pid: number) => number) => ({ ours: of(targets.ours.pid), peer: of(targets.peer.pid) });
    const figures = { rounds: measured, resident_mb: memory(residentMegabytes), peak_mb: memory(peakMegabytes) };
    await targets.stop();
    return { ...figures, others: others() };
  } catch (error: unknown) {
    await targets.stop();
    throw error;
  }
}

async function measureRound(
  { direct, floor, guardedFloor, ours, peer, peerAsShipped, barePeer, redisPid }: LlmTargets,
  { seconds, requests }: { seconds: number; requests: number },
): Promise<LlmRound> {
  const redisBefore = cpuMicroseconds(redisPid);
  const loadedOurs = await load(ours, seconds);
  const redisCpu = cpuMicroseconds(redisPid) - redisBefore;
  return {
    ours: loadedOurs,
    redis_cpu_ms: redisCpu / 1000 / loadedOurs.requests,
    peer: await load(peer, seconds),
    peerAsShipped: peerAsShipped === undefined ? undefined : await load(peerAsShipped, seconds),
    barePeer: await load(barePeer, seconds),
    floor: await load(floor, seconds),
    guardedFloor: await load(guardedFloor, seconds),
    p50_ms: {
      direct: await latency(direct, { requests }),
      ours: await latency(ours, { requests }),
      floor: await latency(floor, { requests }),
      guardedFloor: await latency(guardedFloor, { requests }),
      peer: await latency(peer, { requests }),
    },
  };
}

/** The memory a process holds now (VmRSS of proc(5)), in megabytes. */
function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
