import type { Bus } from '@waggle/bus';

/** Milliseconds from the moment that the broker is back. */
const SPAN = 10_000;

/**
 * Whether a first delivery may be none: a broker that was killed has forgotten what it gave out just before, and a broken
 * connection does not tell why it broke. From then on what was stored before it was back is doubted, and what comes soon after.
 */
export class Doubt {
  private until = -Infinity;
  private restored = -Infinity;
  private readonly stopHealth: () => void;

  constructor(bus: Pick<Bus, 'onHealth'>) {
    this.stopHealth = bus.onHealth(() => {
      this.until = performance.now() + SPAN;
      this.restored = Date.now();
    });
  }

  /** `storedAt`: by the broker's clock, which may be another. */
  of(storedAt: number): boolean {
    return performance.now() < this.until || storedAt < this.restored;
  }

  end(): void {
    this.stopHealth();
  }
}
