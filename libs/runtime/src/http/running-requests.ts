/** Requests whose handler has not come to its end, also when their connection is gone. */
export type RunningRequests = {
  begin(): void;
  end(): void;
  /** Resolves when none is running. */
  idle(): Promise<void>;
};

export function createRunningRequests(): RunningRequests {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    begin() {
      running += 1;
    },
    end() {
      running -= 1;
      if (running > 0) return;
      for (const resolve of waiting.splice(0)) resolve();
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
