/**
 * The tasks an instance may work on at once. A slot is taken before a task is asked for, so no more come than may run.
 * Tasks that wait for a child flow lend theirs, at most `maxWaiting` of them; coming back they go before new tasks.
 */
export class Slots {
  private taken = 0;
  private lent = 0;
  private kept = 0;
  private readonly returning: (() => void)[] = [];

  constructor(
    readonly total: number,
    private readonly maxWaiting: number,
    /** Called when a slot has become free, also for those who may not have the last ones. */
    private readonly onFree: () => void,
  ) {}

  get free(): number {
    return this.total - this.taken;
  }

  /** Free for what may wait for the last slots, or may not. */
  freeFor(urgent: boolean): number {
    return urgent ? this.free : Math.max(0, this.free - this.kept);
  }

  /** From now on the last `count` that are free are for urgent tasks alone. Fewer than before are free for others at once. */
  keep(count: number): void {
    const fewer = count < this.kept;
    this.kept = count;
    if (fewer) this.onFree();
  }

  /** Tasks that wait without a slot, or wait to get theirs back. */
  get waiting(): number {
    return this.lent;
  }

  /** Takes up to `wanted`; returns how many. */
  take(wanted: number, urgent = true): number {
    const got = Math.min(wanted, this.freeFor(urgent));
    this.taken += got;
    return got;
  }

  /** Gives back what a take did not need. */
  unused(count: number): void {
    for (let i = 0; i < count; i++) {
      const next = this.returning.shift();
      if (next === undefined) this.taken--;
      else next();
    }
  }

  /** Gives back the slot of a task that ended. */
  release(): void {
    this.unused(1);
    this.onFree();
  }

  /** Runs `wait` without the caller's slot, where that is allowed; ends with it. */
  async lend<T>(wait: () => Promise<T>): Promise<T> {
    if (this.lent >= this.maxWaiting) return wait();
    this.lent++;
    this.release();
    try {
      return await wait();
    } finally {
      if (this.take(1) === 0) await new Promise<void>((resolve) => this.returning.push(resolve));
      this.lent--;
    }
  }
}
