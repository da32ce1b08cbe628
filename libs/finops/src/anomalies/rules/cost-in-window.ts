import type { CostFinding, NamedAmount } from './finding.ts';

/** A billed answer; `ts` in milliseconds since 1970. */
export type SpentAmount = { ts: number; nano: bigint; provider: string; model: string; team: string; project: string };

/** Adds up what was spent in a window; times in milliseconds, the end is left out. */
export type CostWindow = {
  /** What lies outside of the window is left out. */
  add: (spent: SpentAmount) => void;
  /** What is wrong, if it is. A threshold of 0 means that nothing may be spent. */
  finding: (thresholdNano: bigint) => CostFinding | undefined;
};

const MOST_NAMES = 3;
const MINUTE_MS = 60_000;

/** An empty window. Memory grows with the number of models and projects, not of answers. */
export function costInWindow({ from, until }: { from: number; until: number }): CostWindow {
  let total = 0n;
  const models = new Map<string, bigint>();
  const projects = new Map<string, bigint>();
  return {
    add({ ts, nano, provider, model, team, project }) {
      if (ts < from || ts >= until) return;
      total += nano;
      addTo(models, `${provider}/${model}`, nano);
      addTo(projects, `${team}/${project}`, nano);
    },
    finding(thresholdNano) {
      if (total < thresholdNano || total <= 0n) return undefined;
      return {
        kind: 'cost',
        spent_nano: total,
        threshold_nano: thresholdNano,
        window_min: (until - from) / MINUTE_MS,
        models: dearest(models),
        projects: dearest(projects),
      };
    },
  };
}

function addTo(sums: Map<string, bigint>, name: string, nano: bigint): void {
  sums.set(name, (sums.get(name) ?? 0n) + nano);
}

function dearest(sums: ReadonlyMap<string, bigint>): NamedAmount[] {
  return [...sums]
    .map(([name, nano]) => ({ name, nano }))
    .sort((one, other) => (one.nano === other.nano ? (one.name < other.name ? -1 : 1) : one.nano < other.nano ? 1 : -1))
    .slice(0, MOST_NAMES);
}
