import type { Entry } from './entry.js';

export interface CutOptions {
  /** Text files in one part at most. */
  maxFiles: number;
  /** Bytes of text in one part, about. */
  maxBytes: number;
  /** Small trees are cut into at least this many parts, so that several agents share them. */
  minParts: number;
  /** Whether an entry is looked at, and costs anything; default: every one. */
  counts: (entry: Entry) => boolean;
}

export const DEFAULT_CUT: CutOptions = { maxFiles: 200, maxBytes: 2 * 1024 * 1024, minParts: 6, counts: () => true };

/** A file costs its bytes and this much for being one. */
const FILE_COST = 2048;

/** Text that is no code, and code that is test data, is looked through and not parsed: it costs about a quarter. */
const LIGHT =
  /\.(?:mdx?|rst|adoc|txt|json[c5]?|ya?ml|toml|ini|conf|cfg|properties|xml|html?|s?css|less|svg|csv|tsv|lock|sum|snap|map|log|pem)$|(?:^|\/)(?:fixtures?|testdata)\//i;
const LIGHT_PART = 0.25;

/** Of the limit of files what a part holds as a rule: room for cutting by cost. */
const FILLED = 0.7;

const costOf = ({ kind, path, size }: Entry): number => (kind === 'text' ? size * (LIGHT.test(path) ? LIGHT_PART : 1) + FILE_COST : 0);

/**
 * Cuts a list of entries into ranges that take about as long to analyse, in order and without gaps. Deterministic.
 * Ranges without any text are joined to their neighbours; no entries at all give no range.
 */
export const cutIntoParts = (entries: readonly Entry[], options: Partial<CutOptions> = {}): { from: number; to: number }[] => {
  const { maxFiles, maxBytes, minParts, counts } = { ...DEFAULT_CUT, ...options };
  const costs = entries.map((entry) => (counts(entry) ? costOf(entry) : 0));
  const files = costs.filter((cost) => cost > 0).length;
  if (files === 0) return [];
  let left = costs.reduce((sum, cost) => sum + cost, 0);
  const bytes = entries.reduce((sum, { size }, at) => sum + (costs[at]! > 0 ? size : 0), 0);
  const wanted = Math.max(Math.ceil(files / (maxFiles * FILLED)), Math.ceil(bytes / maxBytes), Math.min(minParts, Math.ceil(files / 10)));
  const parts: { from: number; to: number }[] = [];
  let from = 0;
  let weight = 0;
  let held = 0;
  for (const [at, own] of costs.entries()) {
    // what is left is shared anew after each cut, so that the last part is no remainder
    const share = left / Math.max(1, wanted - parts.length);
    if (own > 0 && held > 0 && (held >= maxFiles || weight + own / 2 > share)) {
      parts.push({ from, to: at });
      left -= weight;
      [from, weight, held] = [at, 0, 0];
    }
    weight += own;
    if (own > 0) held++;
  }
  parts.push({ from, to: entries.length });
  return parts;
};
