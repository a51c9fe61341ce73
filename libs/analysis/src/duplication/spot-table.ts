/** A token of a file. */
export interface Spot {
  file: number;
  at: number;
}

/** Spots kept for one hash. */
const KEPT = 4;

const grown = (array: Int32Array): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
};

/**
 * The first few spots of each hash: a map of short lists, laid out in flat arrays, since there are a million of them
 * for a tree of five thousand files.
 */
export class SpotTable {
  /** The newest spot of each hash. */
  private readonly newest = new Map<number, number>();
  private files = new Int32Array(1024);
  private ats = new Int32Array(1024);
  /** The spot before it with the same hash, or -1. */
  private before = new Int32Array(1024);
  private size = 0;

  /** The spots of a hash, the newest first. */
  at(hash: number): Spot[] {
    const spots: Spot[] = [];
    for (let index = this.newest.get(hash) ?? -1; index >= 0; index = this.before[index]!)
      spots.push({ file: this.files[index]!, at: this.ats[index]! });
    return spots;
  }

  /** Keeps a spot, unless the hash has enough of them. */
  add(hash: number, spot: Spot): void {
    if (this.at(hash).length >= KEPT) return;
    if (this.size === this.files.length) {
      this.files = grown(this.files);
      this.ats = grown(this.ats);
      this.before = grown(this.before);
    }
    this.files[this.size] = spot.file;
    this.ats[this.size] = spot.at;
    this.before[this.size] = this.newest.get(hash) ?? -1;
    this.newest.set(hash, this.size++);
  }
}
