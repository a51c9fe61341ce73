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

/**
 * Cuts a list of entries into ranges of about the same cost, in order and without gaps. Deterministic. Ranges
 * without any text are joined to their neighbours; no entries at all give no range.
 */
export const cutIntoParts = (entries: readonly Entry[], options: Partial<CutOptions> = {}): { from: number; to: number }[] => {
  const { maxFiles, maxBytes, minParts, counts } = { ...DEFAULT_CUT, ...options };
  const cost = (entry: Entry): number => (entry.kind === 'text' && counts(entry) ? entry.size + FILE_COST : 0);
  const files = entries.filter((entry) => cost(entry) > 0).length;
  if (files === 0) return [];
  const total = entries.reduce((sum, entry) => sum + cost(entry), 0);
  const bytes = total - files * FILE_COST;
  const wanted = Math.max(Math.ceil(files / maxFiles), Math.ceil(bytes / maxBytes), Math.min(minParts, Math.ceil(files / 10)));
  const share = total / wanted;
  const parts: { from: number; to: number }[] = [];
  let from = 0;
  let weight = 0;
  let held = 0;
  for (const [at, entry] of entries.entries()) {
    const own = cost(entry);
    if (own > 0 && held > 0 && (held >= maxFiles || weight + own / 2 > share)) {
      parts.push({ from, to: at });
      [from, weight, held] = [at, 0, 0];
    }
    weight += own;
    if (own > 0) held++;
  }
  parts.push({ from, to: entries.length });
  return parts;
};
