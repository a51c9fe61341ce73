/** Expiry has no event: looked at again so many milliseconds after it, and where it is late, after so many more each. */
const LATE = [100, 400, 1_600, 6_400];
/** Of a timer; what is further off is waited for in parts. */
const LONGEST = 2 ** 31 - 1;

/** When values of keys should be gone: each is told of some times over. */
export class Expiries {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(private readonly due: (key: string) => void) {}

  /** In so many milliseconds; undefined: not any more. Takes the place of what was said of the key before. */
  set(key: string, millis: number | undefined): void {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    if (millis !== undefined) this.arm(key, millis, 0);
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private arm(key: string, millis: number, looks: number): void {
    const wait = millis + LATE[looks]!;
    const next = (): void => {
      if (wait > LONGEST) return this.arm(key, millis - LONGEST, looks);
      this.timers.delete(key);
      if (looks + 1 < LATE.length) this.arm(key, 0, looks + 1);
      this.due(key);
    };
    this.timers.set(key, setTimeout(next, Math.min(wait, LONGEST)).unref());
  }
}
