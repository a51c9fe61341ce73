const TICK = 500;
const MOST = 16;
/** Milliseconds after which all that came while the process stood still has been read. */
const READ_WITHIN = 2_000;

/**
 * Notices when this process stood still: stopped, paused with its machine, or at work without a break. Deliveries that
 * came meanwhile look as fresh as any, and their ack wait may be over.
 */
export class Stillness {
  private ticked = performance.now();
  /** The newest first. */
  private times: { millis: number; ended: number }[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor() {
    this.timer = setInterval(() => this.tick(), TICK);
    this.timer.unref();
  }

  /** Whether it stood still for so many milliseconds, in one go, since something came at `came` (`performance.now()`) or just before. */
  stood(millis: number, came: number): boolean {
    // what came meanwhile is read before any timer
    this.tick();
    return this.times.some((time) => time.millis >= millis && time.ended > came - READ_WITHIN);
  }

  end(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    const now = performance.now();
    const millis = now - this.ticked;
    this.ticked = now;
    if (millis >= 2 * TICK) this.times = [{ millis, ended: now }, ...this.times.slice(0, MOST - 1)];
  }
}
