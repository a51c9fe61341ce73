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
}

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
  /** Where a chosen run stood, the first few times: the first of all does not always lead to a clone. */
  private readonly seen = new SpotTable();

  /** Adds the next file and compares it with all before it, and with itself. */
  add(tokens: Tokens): void {
    const file = this.files.push(tokens) - 1;
    let done = 0;
    for (const { hash, at } of chosenRuns(tokens.hashes)) {
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
    const a = this.files[first.file]!.hashes;
    const b = this.files[second.file]!.hashes;
    const same = first.file === second.file;
    let [fromA, fromB] = [first.at, second.at];
    while (fromA > 0 && fromB > notBefore && a[fromA - 1] === b[fromB - 1]) {
      fromA--;
      fromB--;
    }
    let [toA, toB] = [first.at, second.at];
    // In one file the first side ends where the second begins, or a row of equal lines would be a copy of itself.
    while (toA < a.length && toB < b.length && a[toA] === b[toB] && (!same || toA < fromB)) {
      toA++;
      toB++;
    }
    const tokens = toA - fromA;
    if (tokens < this.minTokens) return undefined;
    return { first: { file: first.file, from: fromA, to: toA }, second: { file: second.file, from: fromB, to: toB }, tokens };
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
