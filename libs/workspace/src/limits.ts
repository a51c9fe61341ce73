/** What a workspace may hold at most. */
export interface SnapshotLimits {
  /** Entries of any kind; more: `TOO_LARGE`. */
  files: number;
  /** Bytes of text in all; more: `TOO_LARGE`. */
  bytes: number;
  /** Bytes of one text file; larger ones are listed as `too-large`. */
  fileBytes: number;
}

export const DEFAULT_LIMITS: SnapshotLimits = { files: 20_000, bytes: 512 * 1024 * 1024, fileBytes: 1024 * 1024 };
