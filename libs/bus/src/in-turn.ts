/** Work on one key after another, on different keys side by side: those that come together would only get in each other's way at the broker. */
export class InTurn {
  private readonly last = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled: Promise<void> = mine.then(
      () => this.forget(key, settled),
      () => this.forget(key, settled),
    );
    this.last.set(key, settled);
    return mine;
  }

  private forget(key: string, settled: Promise<unknown>): void {
    if (this.last.get(key) === settled) this.last.delete(key);
  }
}
