import type { LetterMoves } from '../processes/letter-moves.ts';
import { fittingLetters, freeRoom, type LetterFigures, measureLetters } from '../processes/letter-run.ts';
import { PAYLOAD_BYTES } from '../processes/letter-subject.ts';
import { type Benchmark, median, round, type Row, row } from '../row.ts';

/** Dead letters at 100,000. */
export const letters100k: Benchmark = letterBenchmark('100k', 100_000);

/** Dead letters at 1,000,000; at fewer, which every row then says, where the machine has no room for them. */
export const letters1m: Benchmark = letterBenchmark('1m', 1_000_000);

/** Reading, moving and keeping so many dead letters with payloads of 1 KB: `letters-<label>`. */
export function letterBenchmark(label: string, wanted: number): Benchmark {
  const name = `letters-${label}`;
  return {
    name,
    what: `${wanted.toLocaleString('en')} dead letters: stats, pages, relabel, requeue, memory`,
    async run(report) {
      const free = freeRoom();
      const letters = fittingLetters(wanted, free);
      const room = `${gigabytes(free.memory)} GB of memory and ${gigabytes(free.disk)} GB of disk are free`;
      if (letters === 0)
        throw new Error(`there is no room for even one round of moves: ${room}; free some and run it again`);
      if (letters < wanted) report(`${name}: only ${letters} letters, because ${room}`);
      const figures = await measureLetters(letters, (line) => report(`${name}: ${line}`));
      const size = letters.toLocaleString('en');
      const at = letters < wanted ? `at ${size} letters only, since ${room}` : `at ${size} letters`;
      return [...readRows(figures), ...moveRows(figures), memoryRow(figures)].map((each) => ({
        ...each,
        id: `letters.${label}.${each.id}`,
        what: `${each.what}, ${at}`,
      }));
    },
  };
}

function readRows({ reads, bullmq, letters }: LetterFigures): Row[] {
  const { ping, stats, groups, page, middle, middle_unfiltered } = reads;
  const pages = Math.max(page.p50, middle.p50, middle_unfiltered.p50);
  const scan = (bullmq.scan_ms * letters) / bullmq.jobs;
  const base = (value: number, p99: number) => ({
    p99_ms: round(p99),
    ping_p50_ms: round(ping.p50),
    times_ping: round(value / ping.p50),
  });
  return [
    row({
      id: 'stats-p50',
      what: 'dead letters counted by cause, p50',
      value: stats.p50,
      unit: 'ms',
      bar: { kind: 'at-most', bar: 2 },
      base: {
        ...base(stats.p50, stats.p99),
        bullmq_getJobs_scan_ms: round(scan),
        scan: `${bullmq.jobs} jobs scanned${letters === bullmq.jobs ? '' : ', extrapolated'}`,
        of_scan: round(stats.p50 / scan),
      },
    }),
    row({
      id: 'groups-p50',
      what: '20 groups with state and newest letter, p50',
      value: groups.p50,
      unit: 'ms',
      bar: { kind: 'at-most', bar: 2 },
      base: base(groups.p50, groups.p99),
    }),
    row({
      id: 'page-p50',
      what: 'page of 50 letters, p50 of the slowest kind',
      value: pages,
      unit: 'ms',
      bar: { kind: 'at-most', bar: 5 },
      base: {
        ...base(pages, Math.max(page.p99, middle.p99, middle_unfiltered.p99)),
        by_code_and_type_ms: round(page.p50),
        by_code_and_type_from_the_middle_ms: round(middle.p50),
        unfiltered_from_the_middle_ms: round(middle_unfiltered.p50),
      },
    }),
  ];
}

function moveRows({ holds, requeues, bullmq, appending, moved }: LetterFigures): Row[] {
  const rate = (moves: LetterMoves[]) => median(moves.map(({ per_second }) => per_second));
  const longest = (moves: LetterMoves[], pick: (move: LetterMoves) => number) => round(Math.max(...moves.map(pick)));
  const middle = (moves: LetterMoves[], pick: (move: LetterMoves) => number) => round(median(moves.map(pick)));
  const both = [...holds, ...requeues];
  const withFile = (moves: LetterMoves | undefined): Record<string, number> =>
    moves === undefined
      ? {}
      : {
          with_append_only_file: round(moves.per_second),
          with_append_only_file_redis_us: round(moves.redis_us),
          with_append_only_file_stall_ms: round(moves.stall_ms),
        };
  const base = (moves: LetterMoves[], file: LetterMoves | undefined) => ({
    times_pipelined_lmove: middle(moves, (each) => each.per_second / each.pipelined_lmove),
    times_sequential_lmove: middle(moves, (each) => each.per_second / each.sequential_lmove),
    pipelined_lmove_per_second: middle(moves, (each) => each.pipelined_lmove),
    sequential_lmove_per_second: middle(moves, (each) => each.sequential_lmove),
    redis_us: middle(moves, (each) => each.redis_us),
    moved,
    rounds: moves.length,
    ...withFile(file),
  });
  return [
    row({
      id: 'relabel',
      what: 'letters of all causes put on hold',
      value: rate(holds),
      unit: 'letters/s',
      bar: { kind: 'at-least', bar: 40_000 },
      base: base(holds, appending?.hold),
    }),
    row({
      id: 'requeue',
      what: 'letters of all causes put back on the queue',
      value: rate(requeues),
      unit: 'letters/s',
      bar: { kind: 'at-least', bar: 15_000, aim: 30_000 },
      base: {
        ...base(requeues, appending?.requeue),
        bullmq_retryJobs_per_second: round(bullmq.retries_per_second),
        times_retryJobs: round(rate(requeues) / bullmq.retries_per_second),
      },
    }),
    row({
      id: 'stall',
      what: 'longest wait of a PING beside relabel and requeue, all rounds',
      value: Math.max(...both.map(({ stall_ms }) => stall_ms)),
      unit: 'ms',
      bar: { kind: 'at-most', bar: 30, aim: 20 },
      base: {
        relabel_longest_ms: longest(holds, (each) => each.stall_ms),
        relabel_median_ms: middle(holds, (each) => each.stall_ms),
        requeue_longest_ms: longest(requeues, (each) => each.stall_ms),
        requeue_median_ms: middle(requeues, (each) => each.stall_ms),
        idle_longest_ms: longest(both, (each) => each.idle_stall_ms),
        bullmq_retryJobs_longest_ms: round(bullmq.retry_stall_ms),
      },
    }),
  ];
}

function memoryRow({ bytes_per_letter, bullmq, letters }: LetterFigures): Row {
  return row({
    id: 'memory',
    what: 'memory of Redis a letter, audit, events and indexes counted',
    value: bytes_per_letter,
    unit: 'bytes',
    bar: { kind: 'at-most', bar: 3300 },
    base: {
      payload_bytes: PAYLOAD_BYTES,
      total_mb: Math.round((bytes_per_letter * letters) / 1e6),
      bullmq_failed_job_bytes: Math.round(bullmq.bytes_per_job),
      times_bullmq: round(bytes_per_letter / bullmq.bytes_per_job),
    },
  });
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
