import { type Spot, SpotTable } from './spot-table.js';
import type { Tokens } from './tokenize.js';

/** A run of tokens in one file. */
export interface CloneSide {
  /** Index of the file. */
  file: number;
  from: number;
  /** Exclusive. */
  to: number;
}

/** The same run of tokens twice: `first` comes before `second` in the order of files and places. */
export interface Clone {
  first: CloneSide;
  second: CloneSide;
  tokens: number;
  /** Whether variables have other names in the second. */
  renamed: boolean;
}

/** What is compared: the tokens as they are, or their shapes, where every variable of the one side must stand for one of the other. */
export type Comparison = 'exact' | 'renamed';

/** Length of a run that is hashed as one. Two equal runs of twice this length always share a chosen one. */
const GRAM = 25;

/**
 * Finds runs of at least `2 * GRAM` = 50 equal tokens in any number of files. Winnowing (Schleimer, Wilkerson,
 * Aiken, SIGMOD 2003) chooses a fixed few of all hashed runs so that no run of that length goes without one; each
 * meeting of two is then extended on the tokens themselves, so nothing is reported on the word of a hash alone.
 * Files are added in order, so that the result depends on that order only. Linear in time and memory.
 */
export class CloneFinder {
  readonly minTokens = 2 * GRAM;
  readonly clones: Clone[] = [];
  private readonly files: Tokens[] = [];
  constructor(private readonly comparison: Comparison = 'exact') {}

  /** Where a chosen run stood, the first few times: the first of all does not always lead to a clone. */
  private readonly seen = new SpotTable();

  /** Adds the next file and compares it with all before it, and with itself. */
  add(tokens: Tokens): void {
    const file = this.files.push(tokens) - 1;
    let done = 0;
    for (const { hash, at } of chosenRuns(this.compared(tokens))) {
      if (at < done) continue;
      let longest: Clone | undefined;
      for (const spot of this.seen.at(hash)) {
        const clone = this.extend(spot, { file, at }, done);
        if (clone !== undefined && clone.tokens > (longest?.tokens ?? 0)) longest = clone;
      }
      if (longest === undefined) {
        this.seen.add(hash, { file, at });
        continue;
      }
      this.clones.push(longest);
      done = longest.second.to;
    }
  }

  /** Lines of a side, both inclusive. */
  linesOf(side: CloneSide): { line: number; endLine: number } {
    const { lines } = this.files[side.file]!;
    return { line: lines[side.from]!, endLine: lines[side.to - 1]! };
  }

  private extend(first: Spot, second: Spot, notBefore: number): Clone | undefined {
    const [one, other] = [this.files[first.file]!, this.files[second.file]!];
    const [a, b] = [this.compared(one), this.compared(other)];
    const same = first.file === second.file;
    const names = this.comparison === 'renamed' ? new Renaming(one, other) : undefined;
    const alike = (x: number, y: number): boolean => a[x] === b[y] && (names === undefined || names.fits(x, y));
    let [fromA, fromB] = [first.at, second.at];
    let [toA, toB] = [first.at, second.at];
    // In one file the first side ends where the second begins, or a row of equal lines would be a copy of itself.
    while (toA < a.length && toB < b.length && (!same || toA < fromB) && alike(toA, toB)) {
      toA++;
      toB++;
    }
    while (fromA > 0 && fromB > notBefore && alike(fromA - 1, fromB - 1)) {
      fromA--;
      fromB--;
    }
    if (same && toA > fromB) {
      toB -= toA - fromB;
      toA = fromB;
    }
    const tokens = toA - fromA;
    if (tokens < this.minTokens) return undefined;
    const renamed = names !== undefined && names.changed;
    return { first: { file: first.file, from: fromA, to: toA }, second: { file: second.file, from: fromB, to: toB }, tokens, renamed };
  }

  private compared(tokens: Tokens): Int32Array {
    return this.comparison === 'exact' ? tokens.hashes : tokens.shapes;
  }
}

/** Which variable of one side stands for which of the other: each for one, both ways (B. Baker, "parameterized matching", 1995). */
class Renaming {
  changed = false;
  private readonly there = new Map<number, number>();
  private readonly back = new Map<number, number>();

  constructor(
    private readonly one: Tokens,
    private readonly other: Tokens,
  ) {}

  /** Whether two tokens of the same shape can stand for each other, after all that was asked before. */
  fits(x: number, y: number): boolean {
    const [a, b] = [this.one.hashes[x]!, this.other.hashes[y]!];
    if (a === this.one.shapes[x]) return true;
    if ((this.there.get(a) ?? b) !== b || (this.back.get(b) ?? a) !== a) return false;
    this.there.set(a, b);
    this.back.set(b, a);
    this.changed ||= a !== b;
    return true;
  }
}

const BASE = 0x01000193;
const BASE_TO_GRAM = ((): number => {
  let power = 1;
  for (let at = 0; at < GRAM; at++) power = Math.imul(power, BASE);
  return power;
})();

/** Of every `GRAM + 1` neighbouring runs the one with the least hash (the last of equal ones), each once. */
export function* chosenRuns(hashes: Int32Array): Generator<{ hash: number; at: number }> {
  const runs = hashes.length - GRAM + 1;
  if (runs < 1) return;
  const rolled = new Int32Array(runs);
  let hash = 0;
  for (let at = 0; at < hashes.length; at++) {
    hash = (Math.imul(hash, BASE) + hashes[at]!) | 0;
    if (at >= GRAM) hash = (hash - Math.imul(hashes[at - GRAM]!, BASE_TO_GRAM)) | 0;
    if (at >= GRAM - 1) rolled[at - GRAM + 1] = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  }
  const window = GRAM + 1;
  let least = -1;
  for (let end = Math.min(window, runs) - 1; end < runs; end++) {
    const start = Math.max(0, end - window + 1);
    const before = least;
    if (least < start) {
      least = start;
      for (let at = start + 1; at <= end; at++) if (rolled[at]! <= rolled[least]!) least = at;
    } else if (rolled[end]! <= rolled[least]!) least = end;
    if (least !== before) yield { hash: rolled[least]!, at: least };
  }
}
