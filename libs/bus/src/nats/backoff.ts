const FIRST_DELAY = 50;
const MAX_DELAY = 2_000;

/**
 * When the next dial is due, by monotonic time: grows with each, up to 2 s from the beginning of the last, never the same
 * for two processes: they all lose the broker at once.
 */
export class Backoff {
  private attempts = 0;
  private wait = FIRST_DELAY;
  private due = -Infinity;

  /** Milliseconds until the next dial is due. */
  get left(): number {
    return Math.max(0, this.due - performance.now());
  }

  /**
   * What the client takes for the delay after a server's last dial. It reckons by the wall clock, so one that was set
   * back would hold it for as long: it is told the delay until that is over by ours, and then that any time is right.
   */
  readonly delay = (): number => (this.left > 0 ? this.wait : -Infinity);

  /** A dial begins. */
  dials(): void {
    this.wait = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** Math.min(this.attempts++, 10)) * (0.5 + Math.random() / 2);
    this.due = performance.now() + this.wait;
  }

  reset(): void {
    this.attempts = 0;
  }
}
