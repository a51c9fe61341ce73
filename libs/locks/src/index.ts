export { createLocks, type Locks, type LocksOptions, type Scopes } from './locks.js';
export type { Lock } from './lock.js';
export { scope, type Scope } from './scope.js';
export type { LockOptions } from './options.js';
export type { LockMode, LockParty, LockStatus } from './status.js';
export { LockContendedError } from './contended.js';
export { FENCE_HEADER, fenceOf, type Fenced, type FencedPlace, type FencedValue } from './fenced.js';
export type { ForceOptions } from './force-release.js';
export type { LockMeter } from './metrics.js';
