import { type ChainFigures, fittingLines, freeDisk, measureChain } from '../processes/finops-chain-run.ts';
import type { PairFigures, CallRound } from '../processes/finops-calls.ts';
import { scoreOf } from '../processes/finops-score.ts';
import { type FinopsFigures, type FinopsSizes, measureFinops } from '../processes/finops-run.ts';
import { type Benchmark, median, round, type Row, row } from '../row.ts';

const SIZES: FinopsSizes = {
  rounds: 11,
  pairs: 4000,
  lines: 100_000,
  calls: 10_000_000,
  days: 31,
  daysBefore: 60,
  reports: 5,
  series: 60,
  // The documents tell of these: nobody tuned the detector on them.
  seeds: [301, 310],
};

/** What the ledger of model costs takes: a call, a line, a report, the chain of a million records, and anomalies. */
export const finops: Benchmark = {
  name: 'finops',
  what: 'reserve and settle, bytes a line, a report of 10,000,000 calls, verifying 1,000,000 records, anomalies',
  async run(report) {
    const figures = await measureFinops(SIZES, (line) => report(`finops: ${line}`));
    const chain = await measureChain(1_000_000, { rounds: 3, report: (line) => report(`finops: ${line}`) });
    return [callRow(figures), lineRow(figures), reportRow(figures), verifyRow(chain), ...anomalyRows(figures)];
  },
};

/** The chain of ten million records; of fewer, which the row then says, where the disk has no room for them. */
export const finops10m: Benchmark = {
  name: 'finops-10m',
  what: 'verifying 10,000,000 chained records',
  async run(report) {
    const wanted = 10_000_000;
    const free = freeDisk();
    const lines = fittingLines(wanted, free);
    const room = `${(free / 1e9).toFixed(1)} GB of disk are free`;
    if (lines === 0) throw new Error(`there is no room for the file: ${room}; free some and run it again`);
    if (lines < wanted) report(`finops-10m: only ${lines} records, because ${room}`);
    const chain = await measureChain(lines, { rounds: 1, report: (line) => report(`finops-10m: ${line}`) });
    const { what, ...figures } = verifyRow(chain);
    return [{ ...figures, id: 'finops.verify-10m', what: lines < wanted ? `${what}, no more since ${room}` : what }];
  },
};

function callRow({ calls: { many, one, others } }: FinopsFigures): Row {
  const ratio = ({ ours, bare }: CallRound) => ours.per_second / bare.per_second;
  const of = (rounds: CallRound[], pick: (round: CallRound) => number) => round(median(rounds.map(pick)));
  const microseconds = (side: 'ours' | 'bare', pick: (pair: PairFigures) => number) =>
    of(many, (each) => pick(each[side]));
  return row({
    id: 'finops.calls',
    what: 'reserve and settle in four scopes, three of them with caps, 50 at a time',
    value: median(many.map(ratio)),
    unit: '× two bare EVALSHA',
    bar: { kind: 'at-least', bar: 0.7, aim: 0.9 },
    base: {
      pairs_per_second: of(many, ({ ours }) => ours.per_second),
      bare_pairs_per_second: of(many, ({ bare }) => bare.per_second),
      redis_us: microseconds('ours', ({ redis_us }) => redis_us),
      bare_redis_us: microseconds('bare', ({ redis_us }) => redis_us),
      node_us: microseconds('ours', ({ node_us }) => node_us),
      bare_node_us: microseconds('bare', ({ node_us }) => node_us),
      one_at_a_time: of(one, ratio),
      one_at_a_time_pairs_per_second: of(one, ({ ours }) => ours.per_second),
      one_at_a_time_bare_pairs_per_second: of(one, ({ bare }) => bare.per_second),
      rounds: many.length,
      others_percent: round(100 * others),
    },
  });
}

function lineRow({ lines: { lines, bytes } }: FinopsFigures): Row {
  return row({
    id: 'finops.line',
    what: 'memory of Redis a settled line',
    value: bytes / lines,
    unit: 'bytes',
    bar: { kind: 'at-most', bar: 130 },
    base: { lines, total_mb: round(bytes / 1e6), of_ten_million_mb: round((bytes / lines) * 10) },
  });
}

function reportRow({ report: { runs, others } }: FinopsFigures): Row {
  const middle = (pick: (figures: (typeof runs)[number]) => number) => round(median(runs.map(pick)));
  return row({
    id: 'finops.report',
    what: 'report of 31 days from rollups, as Markdown, HTML, CSV and JSON',
    value: median(runs.map(({ seconds }) => seconds)),
    unit: 's',
    bar: { kind: 'at-most', bar: 2 },
    base: {
      slowest_s: round(Math.max(...runs.map(({ seconds }) => seconds))),
      with_start_of_process_s: middle(({ process_s }) => process_s),
      read_ms: middle(({ read_ms }) => read_ms),
      build_ms: middle(({ build_ms }) => build_ms),
      render_ms: middle(({ render_ms }) => render_ms),
      rows: (runs[0]?.rows ?? 0).toLocaleString('en'),
      cells_read: runs[0]?.cells ?? 0,
      written_kb: middle(({ bytes }) => bytes / 1000),
      runs: runs.length,
      others_percent: round(100 * others),
    },
  });
}

function verifyRow({ lines, bytes, whole, digests, damaged, others }: ChainFigures): Row {
  const seconds = median(whole.map((each) => each.seconds));
  const digest = median(digests.map((each) => each.seconds));
  return row({
    id: 'finops.verify',
    what: `peak memory of verifying ${lines.toLocaleString('en')} chained records, whole and damaged`,
    value: Math.max(...whole.map(({ peak_mb }) => peak_mb), damaged.peak_mb),
    unit: 'MB',
    bar: { kind: 'at-most', bar: 512 },
    base: {
      seconds: round(seconds),
      records_per_second: round(lines / seconds),
      times_one_sha256_of_the_file: round(seconds / digest),
      file_mb: round(bytes / 1e6),
      damaged_line: damaged.damaged_line,
      damaged_seconds: round(damaged.seconds),
      damaged_peak_mb: round(damaged.peak_mb),
      rounds: whole.length,
      others_percent: round(100 * others),
    },
  });
}

function anomalyRows({ anomalies: { sets, others } }: FinopsFigures): Row[] {
  const total = scoreOf(sets);
  const scores = sets.map((set) => scoreOf([set]));
  const seeds = `${sets[0]?.seed ?? 0}-${sets.at(-1)?.seed ?? 0}`;
  return [
    row({
      id: 'finops.anomalies',
      what: 'back-test of 60 series of 90 days',
      value: median(sets.map(({ seconds }) => seconds)),
      unit: 's',
      bar: { kind: 'at-most', bar: 5 },
      base: {
        slowest_s: round(Math.max(...sets.map(({ seconds }) => seconds))),
        generating_s: round(median(sets.map(({ generated_s }) => generated_s))),
        sets: sets.length,
        others_percent: round(100 * others),
      },
    }),
    row({
      id: 'finops.anomalies-f1',
      what: 'F1 on spend of seeds that nobody tuned on',
      value: total.f1,
      unit: '',
      bar: { kind: 'at-least', bar: 0.9 },
      base: { recall: round(total.recall), worst_seed: round(Math.min(...scores.map(({ f1 }) => f1))), seeds },
    }),
    row({
      id: 'finops.anomalies-precision',
      what: 'precision on the same',
      value: total.precision,
      unit: '',
      bar: { kind: 'at-least', bar: 0.95 },
      base: {
        false_per_series_day: round(total.falsePerSeriesDay),
        worst_seed: round(Math.min(...scores.map(({ precision }) => precision))),
        seeds,
      },
    }),
  ];
}
