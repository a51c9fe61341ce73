/** Work that must end before the module's own shutdown hooks run, e.g. what was taken from queues. */
export class Lifecycle {
  private readonly drains: (() => Promise<void>)[] = [];

  /** Called once when the service stops, before anything is closed: stop taking, finish or hand back. */
  onDrain(drain: () => Promise<void>): void {
    this.drains.push(drain);
  }

  async drain(): Promise<void> {
    await Promise.all(this.drains.splice(0).map((drain) => drain()));
  }
}
