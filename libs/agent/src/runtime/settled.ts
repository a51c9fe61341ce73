/** Attempts and characters of their results after which the older half of what is remembered is forgotten. */
const LIMITS = { count: 2_048, length: 8 * 1024 * 1024 };
/** As is what is so old, in milliseconds: nothing is delivered again so late, and a flow's id may be used again one day. */
const SPAN = 5 * 60_000;

/**
 * The results this process has written, by attempt: a broker that was killed may have forgotten that an attempt was
 * settled, and even that it was delivered. Two generations, so that forgetting costs nothing.
 */
export class Settled {
  private young = new Map<string, string>();
  private old = new Map<string, string>();
  private length = 0;
  private since = performance.now();

  /** The result as it was written. */
  find(key: string): string | undefined {
    this.age();
    return this.young.get(key) ?? this.old.get(key);
  }

  add(key: string, result: string): void {
    this.age();
    this.young.set(key, result);
    this.length += result.length;
    if (this.young.size >= LIMITS.count || this.length >= LIMITS.length) this.turn();
  }

  private age(): void {
    const age = performance.now() - this.since;
    if (age < SPAN) return;
    this.turn();
    if (age >= 2 * SPAN) this.turn();
  }

  private turn(): void {
    this.old = this.young;
    this.young = new Map();
    this.length = 0;
    this.since = performance.now();
  }
}
