/**
 * Does something after `least` milliseconds, and before twice that, unless it was taken back: one timer for all. For what
 * is nearly always taken back, where a timer for each costs more than all the rest.
 */
export class Soon {
  private fresh = new Set<() => void>();
  private old = new Set<() => void>();
  private timer?: NodeJS.Timeout;

  constructor(private readonly least: number) {}

  add(work: () => void): void {
    this.fresh.add(work);
    this.timer ??= setTimeout(this.turn, this.least);
  }

  remove(work: () => void): void {
    if (!this.fresh.delete(work)) this.old.delete(work);
    if (this.fresh.size > 0 || this.old.size > 0) return;
    // keeps no process alive
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private readonly turn = (): void => {
    const due = this.old;
    this.old = this.fresh;
    this.fresh = new Set();
    this.timer = this.old.size > 0 ? setTimeout(this.turn, this.least) : undefined;
    for (const work of due) work();
  };
}
