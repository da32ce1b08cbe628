/**
 * Ends of calls that are on their way to guards and ledger. The caller has its answer meanwhile; who counts what was spent,
 * and who stops, waits here.
 */
export class Conclusions {
  private readonly underWay = new Set<Promise<void>>();

  /** `telling` never rejects. */
  add(telling: Promise<void>): void {
    this.underWay.add(telling);
    void telling.then(() => this.underWay.delete(telling));
  }

  /** Resolves when everything that was under way has been told as far as it can be; what is added later does not count. */
  async told(): Promise<void> {
    await Promise.all(this.underWay);
  }
}
