export { Sessions, type SessionLine } from './sessions.js';
export { Session, type CheckpointInfo, type CreateOptions, type SessionInfo } from './session.js';
export { Memory, type KeyVersion, type WriteOptions } from './memory.js';
export { MemoryConflict, type ConflictSides, type Version } from './memory-conflict.js';
export type { MemoryChange, WatchMemoryOptions } from './memory-watch.js';
export { Channel, type ListenOptions, type Said } from './channel.js';
export { SyncPoint, type ArriveOptions, type PointOptions, type PointState } from './sync-point.js';
export { Resources, type ResourceLine, type Standing, type UseOptions } from './resources.js';
export type { Grant } from './grant.js';
