export { byPath, ENTRY_KINDS, type Entry, type EntryKind } from './entry.js';
export { DEFAULT_LIMITS, type SnapshotLimits } from './limits.js';
export { WorkspaceRef } from '@waggle/protocol';
export { Shard } from './shard.js';
export { snapshot, type SnapshotOptions } from './snapshot/snapshot.js';
export { openShard, openWorkspace, Workspace } from './handle/workspace.js';
export { ShardFiles, type SourceFile } from './handle/shard-files.js';
export { cutIntoParts, DEFAULT_CUT, type CutOptions } from './cut.js';
export type { GitFacts, LineRange, MarkFacts } from './git/git-facts.js';
