/** The longest a timer of Node can run. */
const LONGEST = 2 ** 31 - 1;

export interface Deadline {
  /** By `performance.now()`. */
  at: number;
  onLapse: () => void;
}

/**
 * One timer for the deadlines of all attempts, set to the nearest. It runs on when that one is gone: nearly all are met, and
 * a timer for each would cost more than a look in vain.
 */
export class Deadlines {
  private readonly open = new Set<Deadline>();
  private timer?: NodeJS.Timeout;
  private lookAt = Infinity;

  add(deadline: Deadline): void {
    this.open.add(deadline);
    if (deadline.at < this.lookAt) this.wakeAt(deadline.at);
  }

  remove(deadline: Deadline): void {
    this.open.delete(deadline);
  }

  private wakeAt(at: number): void {
    clearTimeout(this.timer);
    this.lookAt = at;
    this.timer = setTimeout(() => this.look(), Math.min(LONGEST, Math.max(1, Math.ceil(at - performance.now()))));
    this.timer.unref();
  }

  private look(): void {
    const now = performance.now();
    let nearest = Infinity;
    this.lookAt = Infinity;
    for (const deadline of this.open) {
      if (deadline.at > now) nearest = Math.min(nearest, deadline.at);
      else {
        this.open.delete(deadline);
        deadline.onLapse();
      }
    }
    if (nearest < this.lookAt) this.wakeAt(nearest);
  }
}
