/**
 * Decides which deliveries may run at the same time in this process: ordinary ones together, a suspect (a task whose
 * worker died before) alone. If the process dies again, only the suspect was running: no neighbour is ever blamed.
 * First come, first served, so that neither kind waits for ever.
 */
export class IsolationGate {
  private running = 0;
  private alone = false;
  private readonly waiting: { alone: boolean; admit: () => void }[] = [];

  /** Waits for a place. Returns the function that gives it back; undefined when `signal` aborted first. */
  async enter(alone: boolean, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (!this.admits(alone) || this.waiting.length > 0) {
      const admitted = await this.wait(alone, signal);
      if (!admitted) return undefined;
    } else {
      this.take(alone);
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.running -= 1;
      this.alone = false;
      this.admitNext();
    };
  }

  private admits(alone: boolean): boolean {
    return alone ? this.running === 0 : !this.alone;
  }

  private take(alone: boolean): void {
    this.running += 1;
    this.alone = alone;
  }

  private wait(alone: boolean, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const entry = {
        alone,
        admit: () => {
          signal.removeEventListener('abort', leave);
          resolve(true);
        },
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        resolve(false);
        this.admitNext();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(entry);
    });
  }

  private admitNext(): void {
    for (let next = this.waiting[0]; next !== undefined && this.admits(next.alone); next = this.waiting[0]) {
      this.waiting.shift();
      this.take(next.alone);
      next.admit();
    }
  }
}
