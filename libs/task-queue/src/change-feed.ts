import type { Redis } from 'ioredis';

/**
 * Wakes listeners when their task changes, from the event stream every queue script already writes to: one blocking
 * reader a process, running only while somebody listens. Events missed while Redis was away are not repeated; the reader
 * wakes everybody once when it (re)starts instead.
 */
export class ChangeFeed {
  private readonly connect: () => Redis;
  private readonly stream: string;
  private readonly listeners = new Map<string, Set<() => void>>();
  private reader: Redis | undefined;
  private closed = false;

  constructor(options: { connect: () => Redis; stream: string }) {
    this.connect = options.connect;
    this.stream = options.stream;
  }

  /** Calls `listener` after changes of the task until the returned function is called. */
  watch(taskId: string, listener: () => void): () => void {
    const listeners = this.listeners.get(taskId) ?? new Set();
    listeners.add(listener);
    this.listeners.set(taskId, listeners);
    if (this.reader === undefined && !this.closed) this.start();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(taskId) === listeners) this.listeners.delete(taskId);
      if (this.listeners.size === 0) this.stop();
    };
  }

  close(): void {
    this.closed = true;
    this.stop();
  }

  private start(): void {
    const reader = this.connect();
    this.reader = reader;
    void this.read(reader);
  }

  private stop(): void {
    const reader = this.reader;
    this.reader = undefined;
    reader?.disconnect();
  }

  private async read(reader: Redis): Promise<void> {
    while (this.reader === reader) {
      try {
        await this.follow(reader);
      } catch {
        // The connection reports its own errors and reconnects; reading starts over at the then newest entry.
        if (this.reader === reader && reader.status === 'end') this.stop();
      }
    }
  }

  private async follow(reader: Redis): Promise<void> {
    const newest = await reader.xrevrange(this.stream, '+', '-', 'COUNT', 1);
    let position: string = newest[0]?.[0] ?? '0-0';
    for (const taskId of [...this.listeners.keys()]) this.wake(taskId);
    while (this.reader === reader) {
      const reply = await reader.xread('COUNT', 500, 'BLOCK', 5000, 'STREAMS', this.stream, position);
      for (const [, entries] of reply ?? []) position = this.deliver(entries) ?? position;
    }
  }

  private deliver(entries: [id: string, fields: string[]][]): string | undefined {
    const changed = new Set<string>();
    for (const [, fields] of entries) {
      const at = fields.indexOf('jobId');
      const taskId = at < 0 ? undefined : fields[at + 1];
      if (taskId !== undefined) changed.add(taskId);
    }
    for (const taskId of changed) this.wake(taskId);
    return entries.at(-1)?.[0];
  }

  private wake(taskId: string): void {
    for (const listener of this.listeners.get(taskId) ?? []) listener();
  }
}
