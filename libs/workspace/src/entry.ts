import type { GitFacts } from './git/git-facts.js';

/**
 * What a path of a workspace is. Only `text` is stored and can be read; every other kind is listed with a reason,
 * so that nothing is skipped in silence.
 */
export const ENTRY_KINDS = [
  'text',
  'empty',
  'binary',
  'too-large',
  'not-utf8',
  'unreadable',
  'changing',
  'link',
  'link-outside',
  'link-broken',
  'special',
  'bad-name',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** One path of a workspace, as the manifest lists it. */
export interface Entry {
  /** Relative, parts joined by `/`; a folder that could not be read ends in `/`. May hold any character: escape it where it is shown. */
  path: string;
  kind: EntryKind;
  /** Bytes, as far as known. */
  size: number;
  /** Of text: its content's SHA-256 and in how many chunks it is stored. */
  sha256?: string;
  chunks?: number;
  /** Of text: how it was read where it is no UTF-8; it is stored as UTF-8. Of everything else: why it cannot be read here. */
  reason?: string;
}

/** The manifest's content: entries sorted by path (by UTF-16 code unit). Equal trees at the same commit of the same repository have equal manifests. */
export interface ManifestContent {
  version: 1;
  /** Who stored the blobs: a token of their subjects. */
  writer: string;
  /** Entries that a `.gitignore` rules out; an ignored folder counts once. */
  ignored: number;
  entries: Entry[];
  /** What the folder is known by from one run to the next: 32 hex digits. */
  repository?: string;
  git?: GitFacts;
}

export const MANIFEST_TYPE = 'application/vnd.waggle.workspace+json';
export const FILE_TYPE = 'text/plain';

export const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
