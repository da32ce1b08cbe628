import { readFileSync } from 'node:fs';

/** Kernel ticks are 10 ms on Linux wherever Node runs (USER_HZ, proc(5)). */
const TICK_US = 10_000;

/** CPU time a process has used so far, its threads included, in microseconds. Linux only. */
export function cpuMicroseconds(pid: number): number {
  const [user = 0, system = 0] = statTicks(String(pid)).slice(0, 2);
  return (user + system) * TICK_US;
}

/** The most memory a process has held at one time so far (VmHWM of proc(5)), in megabytes. Linux only. */
export function peakMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Starts watching the machine; the returned function says how busy others kept it since, as a share of all cores. */
export function watchMachine(): () => number {
  const before = { machine: machineTicks(), ours: ourTicks() };
  return () => {
    const now = machineTicks();
    const all = now.all - before.machine.all;
    const others = now.busy - before.machine.busy - (ourTicks() - before.ours);
    return all === 0 ? 0 : Math.max(0, others / all);
  };
}

/** utime, stime, cutime, cstime of proc(5): of the process, and of its children that have ended. */
function statTicks(pid: string): number[] {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return fields.slice(11, 15).map(Number);
}

function ourTicks(): number {
  return statTicks('self').reduce((sum, ticks) => sum + ticks, 0);
}

function machineTicks(): { all: number; busy: number } {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const ticks = first.split(/\s+/).slice(1, 9).map(Number);
  const all = ticks.reduce((sum, each) => sum + each, 0);
  const [, , , idle = 0, waiting = 0] = ticks;
  return { all, busy: all - idle - waiting };
}
