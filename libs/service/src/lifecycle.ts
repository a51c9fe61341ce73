/** A service's start and stop, as its own parts know of them. */
export class Lifecycle {
  /** What the service's start waits for, for people and `/ready`. */
  waitingFor?: string;
  private readonly drains: (() => Promise<void>)[] = [];

  /** Called once when the service stops, before anything is closed and before the module's shutdown hooks: stop taking, finish or hand back. */
  onDrain(drain: () => Promise<void>): void {
    this.drains.push(drain);
  }

  async drain(): Promise<void> {
    await Promise.all(this.drains.splice(0).map((drain) => drain()));
  }
}
