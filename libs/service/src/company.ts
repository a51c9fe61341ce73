interface Seen {
  who: string;
  at: number;
}

/**
 * Whether others than somebody have been about in the last `lately` milliseconds. Remembers two, for that says it. Time is
 * passed in.
 */
export class Company {
  private newest?: Seen;
  /** The newest of another than the newest. */
  private other?: Seen;

  constructor(private readonly lately: number) {}

  seen(who: string, now: number): void {
    if (this.newest?.who !== who) this.other = this.newest;
    this.newest = { who, at: now };
  }

  isAlone(who: string, now: number): boolean {
    const other = this.newest?.who === who ? this.other : this.newest;
    return other === undefined || now - other.at > this.lately;
  }
}
