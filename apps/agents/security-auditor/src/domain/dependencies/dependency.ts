/** Where a package comes from, as OSV names it. */
export type Ecosystem = 'npm' | 'PyPI' | 'Go' | 'crates.io' | 'Packagist' | 'RubyGems' | 'Maven' | 'NuGet';

/** A package that a lock file or list names. */
export interface Dependency {
  ecosystem: Ecosystem;
  name: string;
  /** The one version; undefined where the file leaves it open. */
  version?: string;
  /** Where it stands in the file, from 1. */
  line: number;
  /** What is doubtful about it by itself. */
  risks: readonly Risk[];
}

/** What a lock file can tell of a package without a list of advisories. */
export type Risk =
  | { kind: 'unpinned'; what: string }
  | { kind: 'not-registry'; what: string }
  | { kind: 'unencrypted'; what: string }
  | { kind: 'no-integrity' }
  | { kind: 'install-script' }
  | { kind: 'deprecated'; what: string };
