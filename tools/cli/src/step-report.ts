/** Tells people what is being done, one line a step with its duration. */
export interface StepReport {
  /** Runs `action`; its line is written when it has ended. Rejects as it does. `done` may add what came of it. */
  step<T>(title: string, action: () => Promise<T>, done?: (result: T) => string): Promise<T>;
  /** A line about the progress of the present step. */
  note(line: string): void;
}

/** Writes to `write` (stderr: stdout belongs to results); `now` in milliseconds. */
export function createStepReport(
  write: (text: string) => void = (text) => void process.stderr.write(text),
  now: () => number = () => performance.now(),
): StepReport {
  return {
    async step(title, action, done) {
      const started = now();
      try {
        const result = await action();
        write(
          `✓ ${title}${result === undefined || done === undefined ? '' : `: ${done(result)}`}  ${duration(now() - started)}\n`,
        );
        return result;
      } catch (error) {
        write(`✗ ${title}  ${duration(now() - started)}\n`);
        throw error;
      }
    },
    note: (line) => write(`  · ${line}\n`),
  };
}

/** Milliseconds for people: `0.3 s`, `41.0 s`, `2 min 05 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
