/** After so many milliseconds a submission counts half. */
const HALF_LIFE = 5_000;
/** Tenants remembered: the rest has been quiet for long. */
const MOST = 1_000;
const FORGOTTEN = 0.01;

interface Count {
  value: number;
  at: number;
}

/** How much of all submissions each tenant has had lately: fades, so nothing has to be taken back. Time is passed in. */
export class Shares {
  private readonly counts = new Map<string, Count>();

  /** A flow of this tenant was asked for. */
  note(tenant: string, now: number): void {
    const value = this.valueOf(tenant, now) + 1;
    this.counts.delete(tenant);
    this.counts.set(tenant, { value, at: now });
    if (this.counts.size > MOST) this.sweep(now);
  }

  /** How many times an equal part of all: 1 for one that is alone. */
  of(tenant: string, now: number): number {
    const mine = this.valueOf(tenant, now);
    let all = 0;
    let tenants = 0;
    for (const each of this.counts.keys()) {
      const value = this.valueOf(each, now);
      if (value < FORGOTTEN) continue;
      all += value;
      tenants++;
    }
    // who is alone is in nobody's way until the depth itself is reached
    return tenants < 2 || all === 0 ? 1 : (mine * tenants) / all;
  }

  private valueOf(tenant: string, now: number): number {
    const count = this.counts.get(tenant);
    return count === undefined ? 0 : count.value * 2 ** (-(now - count.at) / HALF_LIFE);
  }

  /** The longest quiet come first. */
  private sweep(now: number): void {
    for (const tenant of this.counts.keys()) {
      if (this.counts.size <= MOST && this.valueOf(tenant, now) >= FORGOTTEN) return;
      this.counts.delete(tenant);
    }
  }
}
