import { codeOf, WaggleError } from '@waggle/protocol';
import type { AskOptions, Desk } from './desk.js';

/** Of a grant's time, after which it is renewed. */
const RENEW_AT = 0.4;
/** Of a grant's time, after which an unrenewed one is taken for lost: before another can have it. */
const LOST_AT = 0.9;

/** A resource, for a time that is renewed in the background. */
export class Grant {
  private readonly lost = new AbortController();
  private timer?: NodeJS.Timeout;
  private over = false;
  private ttl = 0;
  private renewedAt = 0;

  constructor(
    private readonly desk: Desk,
    readonly place: { resource: string; id: string },
  ) {}

  /** Aborts, with `GRANT_LOST`, when it is no longer held. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Says that its holder is there; from now on it is renewed. */
  async begin(ttl: number): Promise<void> {
    this.ttl = ttl;
    await this.renew();
    this.plan();
  }

  /** Gives it back, or its place in the queue; again changes nothing. */
  async release(options?: AskOptions): Promise<void> {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    await this.desk.write('release', this.place, options);
  }

  private plan(): void {
    if (this.over) return;
    const lostIn = this.renewedAt + this.ttl * LOST_AT - performance.now();
    if (lostIn <= 0) return this.lose();
    this.timer = setTimeout(() => void this.turn(), Math.min(lostIn, this.ttl * RENEW_AT));
  }

  private async turn(): Promise<void> {
    try {
      await this.renew();
    } catch (error) {
      if (codeOf(error) === 'GRANT_LOST') return this.lose();
      // tried again until it must be taken for lost
    }
    this.plan();
  }

  private async renew(): Promise<void> {
    const asked = performance.now();
    const { ttl } = await this.desk.write<{ ttl: number }>('renew', this.place, {
      timeout: Math.max(1_000, this.ttl * (LOST_AT - RENEW_AT)),
    });
    this.ttl = ttl;
    this.renewedAt = asked;
  }

  private lose(): void {
    if (this.over) return;
    this.over = true;
    this.lost.abort(new WaggleError('GRANT_LOST', `${this.place.resource} is no longer held.`));
  }
}
