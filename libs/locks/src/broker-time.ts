/**
 * The least the broker's clock can show by now: what it showed when it stored a message that we have read, and what
 * has passed here since. So no two machines' clocks are compared, and nobody's lease is ever thought to have ended
 * before it has. What is heard on a feed says nothing here: neighbours could forge it.
 */
export class BrokerTime {
  private ahead = -Infinity;

  saw(stored: Date): void {
    this.ahead = Math.max(this.ahead, stored.getTime() - performance.now());
  }

  get now(): number {
    return performance.now() + this.ahead;
  }
}
