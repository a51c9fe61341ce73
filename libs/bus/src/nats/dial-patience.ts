/** So many dials in a row may meet silence before the next is given longer: most silences are the network's, and over by then. */
const SILENCES = 3;
const MOST = 8_000;

/**
 * How long a dial may take. One that is given up begins anew, signing in and all: on a machine with so much to do that
 * signing in takes longer than that, it would never succeed. So after several that met silence they are given ever longer.
 */
export class DialPatience {
  private silences = 0;
  private began = Infinity;
  private given = Infinity;

  /** `least`: milliseconds for the first ones. */
  constructor(private readonly least: number) {}

  /** A dial begins: how many milliseconds it may take, at most 8 s or `least`. */
  next(): number {
    const now = performance.now();
    // it used up its time; one that is refused is over at once
    this.silences = now - this.began >= this.given ? this.silences + 1 : 0;
    this.began = now;
    const longer = Math.min(MOST, this.least * 2 ** Math.max(0, this.silences - SILENCES + 1));
    this.given = Math.max(this.least, longer);
    return this.given;
  }

  /** It succeeded. */
  reset(): void {
    this.silences = 0;
    this.given = Infinity;
  }
}
