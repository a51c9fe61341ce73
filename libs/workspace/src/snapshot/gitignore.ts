import ignore, { type Ignore } from 'ignore';

/** A `.gitignore` larger than this is not one. */
export const GITIGNORE_BYTES = 256 * 1024;

/** Wildcards in one part of a path that a rule may have: each more multiplies the work a hostile rule can cause. */
const MAX_STARS = 4;

const isBounded = (rule: string): boolean =>
  rule.split('/').every((part) => part === '**' || (part.match(/\*+/g)?.length ?? 0) <= MAX_STARS);

interface Level {
  /** Folder of the file, relative to where the chain starts; '' or ending in `/`. */
  folder: string;
  rules: Ignore;
}

/** The `.gitignore` files that count in a folder, outermost first. A deeper one overrules. Immutable. */
export class IgnoreChain {
  private constructor(private readonly levels: readonly Level[]) {}

  static readonly none = new IgnoreChain([]);

  /** This chain and one file more, found in `folder` ('' or ending in `/`). */
  with(folder: string, content: string): IgnoreChain {
    const lines = content.split(/\r?\n/).filter((line) => line.length <= 1024 && isBounded(line));
    return new IgnoreChain([...this.levels, { folder, rules: ignore({ allowRelativePaths: true }).add(lines) }]);
  }

  /** Whether a path is ruled out; folders end in `/`. Their parents must have been asked before. */
  ignores(path: string): boolean {
    for (let at = this.levels.length - 1; at >= 0; at--) {
      const { folder, rules } = this.levels[at]!;
      const verdict = rules.test(path.slice(folder.length));
      if (verdict.ignored) return true;
      if (verdict.unignored) return false;
    }
    return false;
  }
}
