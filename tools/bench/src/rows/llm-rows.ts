import { CONNECTIONS, type LoadFigures } from '../processes/llm-load.ts';
import { nodeHere, nodeOfPeer, peerName } from '../processes/llm-peer.ts';
import { type LlmFigures, type LlmRound, type LlmSizes, measureLlm } from '../processes/llm-run.ts';
import { type Benchmark, median, round, type Row, row } from '../row.ts';

const SIZES: LlmSizes = { rounds: 5, seconds: 3, requests: 1500 };

/** What a model call costs: POST /v1/chat/completions with all guards, beside a peer with timeout and retries only, and a bare hop. */
export const llmDoor: Benchmark = llmBenchmark(SIZES);

/** The benchmark with other sizes: fewer for a look. */
export function llmBenchmark(sizes: LlmSizes): Benchmark {
  return {
    name: 'llm',
    what: `a model call through all guards, against ${peerName} and a bare hop`,
    async run(report) {
      const figures = await measureLlm(sizes, (line) => report(`llm: ${line}`));
      return [...costRows(figures), ...peerRows(figures)].map((each) => ({
        ...each,
        base: { ...each.base, rounds: sizes.rounds, others_percent: round(100 * figures.others) },
      }));
    },
  };
}

function costRows(figures: LlmFigures): Row[] {
  const { resident_mb, peak_mb } = figures;
  const middle = middleOf(figures);
  return [
    row({
      id: 'llm.cpu',
      what: 'CPU of the supervisor for a model call: limits, circuit, dedupe, reserve and settle',
      value: middle(({ ours }) => ours.cpu_ms),
      unit: 'ms',
      bar: { kind: 'at-most', bar: 0.35, aim: 0.25 },
      base: {
        redis_ms: round(middle(({ redis_cpu_ms }) => redis_cpu_ms)),
        floor_ms: round(middle(({ floor }) => floor.cpu_ms)),
        guarded_floor_ms: round(middle(({ guardedFloor }) => guardedFloor.cpu_ms)),
        peer_ms: round(middle(({ peer }) => peer.cpu_ms)),
        bare_peer_ms: round(middle(({ barePeer }) => barePeer.cpu_ms)),
        peer: peerName,
        connections: CONNECTIONS,
      },
    }),
    row({
      id: 'llm.throughput',
      what: 'model calls per second, upstream that answers at once',
      value: middle(({ ours }) => ours.per_second),
      unit: 'calls/s',
      bar: { kind: 'at-least', bar: 2500, aim: 4000 },
      base: {
        floor_per_second: round(middle(({ floor }) => floor.per_second)),
        guarded_floor_per_second: round(middle(({ guardedFloor }) => guardedFloor.per_second)),
        peer_per_second: round(middle(({ peer }) => peer.per_second)),
        connections: CONNECTIONS,
      },
    }),
    row({
      id: 'llm.added-p50',
      what: 'what the door adds to the upstream at one connection, p50',
      value: middle(({ p50_ms }) => p50_ms.ours - p50_ms.direct),
      unit: 'ms',
      bar: { kind: 'at-most', bar: 0.6 },
      base: {
        direct_p50_ms: round(middle(({ p50_ms }) => p50_ms.direct)),
        floor_adds_ms: round(middle(({ p50_ms }) => p50_ms.floor - p50_ms.direct)),
        guarded_floor_adds_ms: round(middle(({ p50_ms }) => p50_ms.guardedFloor - p50_ms.direct)),
        peer_adds_ms: round(middle(({ p50_ms }) => p50_ms.peer - p50_ms.direct)),
      },
    }),
    row({
      id: 'llm.memory',
      what: 'resident memory of the supervisor after the load',
      value: resident_mb.ours,
      unit: 'MB',
      bar: { kind: 'at-most', bar: 120 },
      base: {
        peak_mb: round(peak_mb.ours),
        peer_mb: round(resident_mb.peer),
        peer_peak_mb: round(peak_mb.peer),
        calls: figures.rounds.reduce((sum, { ours }) => sum + ours.requests, 0),
      },
    }),
  ];
}

/** Beside the peer on the door's own Node, and on the one it is shipped with where that is there. */
function peerRows(figures: LlmFigures): Row[] {
  const middle = middleOf(figures);
  const times_bare_peer = round(middle(({ ours, barePeer }) => ours.per_second / barePeer.per_second));
  const here = againstPeer(figures, { id: 'llm.peer', node: nodeHere.version, peerOf: ({ peer }) => peer });
  const shipped = nodeOfPeer();
  const rows = here.map((each) => ({ ...each, base: { ...each.base, times_bare_peer } }));
  if (shipped === undefined) return rows;
  const node = shipped.version;
  return [
    ...rows,
    ...againstPeer(figures, {
      id: 'llm.peer-as-shipped',
      node,
      peerOf: ({ peerAsShipped, peer }) => peerAsShipped ?? peer,
    }),
  ];
}

type PeerChoice = { id: string; node: string; peerOf: (round: LlmRound) => LoadFigures };

function againstPeer(figures: LlmFigures, { id, node, peerOf }: PeerChoice): Row[] {
  const middle = middleOf(figures);
  return [
    row({
      id: `${id}-throughput`,
      what: `calls per second against ${peerName} on Node ${node}, with timeout, retries and chain, but no limits, circuit, dedupe or budget`,
      value: middle((each) => each.ours.per_second / peerOf(each).per_second),
      unit: '× the peer',
      bar: { kind: 'at-least', bar: 4 },
      base: {
        ours_per_second: round(middle(({ ours }) => ours.per_second)),
        peer_per_second: round(middle((each) => peerOf(each).per_second)),
        times_guarded_floor: round(middle(({ ours, guardedFloor }) => ours.per_second / guardedFloor.per_second)),
        guarded_floor_times_peer: round(middle((each) => each.guardedFloor.per_second / peerOf(each).per_second)),
      },
    }),
    row({
      id: `${id}-cpu`,
      what: `CPU of a call against ${peerName} on Node ${node}`,
      value: middle((each) => each.ours.cpu_ms / peerOf(each).cpu_ms),
      unit: '× the peer',
      bar: { kind: 'at-most', bar: 0.333 },
      base: {
        ours_ms: round(middle(({ ours }) => ours.cpu_ms)),
        peer_ms: round(middle((each) => peerOf(each).cpu_ms)),
        guarded_floor_times_peer: round(middle((each) => each.guardedFloor.cpu_ms / peerOf(each).cpu_ms)),
      },
    }),
  ];
}

/** The middle of the rounds: a ratio is taken within each round. */
function middleOf({ rounds }: LlmFigures): (pick: (round: LlmRound) => number) => number {
  return (pick) => median(rounds.map(pick));
}
