import { HOUR_SECONDS } from '../spend-series.ts';
import type { AnomalyLabel, SpendSeries } from './labelled-series.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';

/** What is injected, once each into every series. */
export const INJECTED_KINDS = ['spike', 'shift', 'runaway', 'outage'] as const;
type InjectedKind = (typeof INJECTED_KINDS)[number];

export type SyntheticSpend = { series: SpendSeries[]; labels: AnomalyLabel[] };

/** Monday, 2026-01-05, midnight UTC. */
const FIRST_HOUR = 1_767_571_200;
/** Nothing is injected before a detector has seen three weeks. */
const FIRST_INJECTION = 21 * 24;
/** Hours between two injections in a series. */
const GAP = 48;

/**
 * Hourly spend as language models cause it, without and with accidents; the same for the same seed. A working-day hill
 * over a night level, weaker weekends, a trend, busier and quieter days, log-normal noise; every fourth series has 30 %
 * empty hours, every sixth a nightly batch of several times its level, and each one holiday on a workday. Into every series go a
 * spike (1–3 h, ×3–10), a shift (1–5 days, ×1.8–3), a runaway (6–24 h, growing to ×6–20) and an outage (6–24 h without
 * spend). `days` must leave room for them: at least 60.
 */
export function syntheticSpend({
  seed,
  series: count,
  days,
}: {
  seed: number;
  series: number;
  days: number;
}): SyntheticSpend {
  const series: SpendSeries[] = [];
  const labels: AnomalyLabel[] = [];
  for (let index = 0; index < count; index += 1) {
    const random = seededRandom(seed * 1_000_003 + index);
    const name = `synthetic-${seed}-${index}`;
    const usd = ordinarySpend(random, index, days * 24);
    for (const { kind, from, until } of placeInjections(random, days * 24)) {
      inject(usd, { kind, from, until, random });
      labels.push({ series: name, kind, from: hourAt(from), until: hourAt(until) });
    }
    series.push({ name, first_hour: FIRST_HOUR, usd });
  }
  return { series, labels };
}

function ordinarySpend(random: SeededRandom, index: number, hours: number): number[] {
  const level = Math.exp(random.between(Math.log(3), Math.log(60)));
  const peak = random.between(9, 17);
  const width = random.between(3, 6);
  const night = random.between(0.1, 0.4);
  const weekend = random.between(0.25, 0.8);
  const trend = random.between(-0.3, 0.6);
  const noise = random.between(0.12, 0.35);
  const batchHour = index % 6 === 5 ? random.whole(0, 5) : -1;
  const holiday = random.whole(3, 12) * 7 + random.whole(0, 4);
  const isSparse = index % 4 === 3;
  const usd: number[] = [];
  let busy = 1;
  for (let at = 0; at < hours; at += 1) {
    const hour = at % 24;
    const day = Math.floor(at / 24);
    if (hour === 0) busy = random.logNormal(0.08);
    const distance = Math.min(Math.abs(hour - peak), 24 - Math.abs(hour - peak));
    const hill = night + (1 - night) * Math.exp(-((distance / width) ** 2));
    const isRest = day % 7 >= 5 || day === holiday;
    const season = level * (hour === batchHour ? 3 : hill) * (isRest ? weekend : 1);
    const value = season * (1 + (trend * at) / hours) * busy * random.logNormal(noise);
    usd.push(isSparse && random.between(0, 1) < 0.3 ? 0 : value);
  }
  return usd;
}

type Injection = { kind: InjectedKind; from: number; until: number };

/** One stretch of time for each kind in a random order, apart from each other. */
function placeInjections(random: SeededRandom, hours: number): Injection[] {
  const kinds = [...INJECTED_KINDS];
  for (let last = kinds.length - 1; last > 0; last -= 1) {
    const other = random.whole(0, last);
    [kinds[last], kinds[other]] = [kinds[other] as InjectedKind, kinds[last] as InjectedKind];
  }
  const slot = Math.floor((hours - FIRST_INJECTION) / kinds.length);
  return kinds.map((kind, index) => {
    const length = { spike: [1, 3], shift: [24, 120], runaway: [6, 24], outage: [6, 24] }[kind] as [number, number];
    const duration = random.whole(...length);
    const from = FIRST_INJECTION + index * slot + random.whole(0, slot - duration - GAP);
    return { kind, from, until: from + duration };
  });
}

function inject(usd: number[], { kind, from, until, random }: Injection & { random: SeededRandom }): void {
  const factor = {
    spike: random.between(3, 10),
    shift: random.between(1.8, 3),
    runaway: random.between(6, 20),
    outage: 0,
  };
  const level = usd.slice(from - 168, from).reduce((sum, value) => sum + value, 0) / 168;
  for (let at = from; at < until; at += 1) {
    const progress = (at - from + 1) / (until - from);
    const times = kind === 'runaway' ? factor.runaway ** progress : factor[kind];
    // An accident of some hours has no empty ones; a shift is as sparse as the series is.
    const before = usd[at] === 0 && kind !== 'shift' ? level : (usd[at] ?? 0);
    usd[at] = before * times;
  }
}

function hourAt(index: number): number {
  return FIRST_HOUR + index * HOUR_SECONDS;
}
