export { Sessions, type SessionLine } from './sessions.js';
export { Session, type CreateOptions, type SessionInfo } from './session.js';
export { Memory, type KeyVersion, type WriteOptions } from './memory.js';
export { MemoryConflict, type ConflictSides, type Version } from './memory-conflict.js';
export type { MemoryChange, WatchMemoryOptions } from './memory-watch.js';
