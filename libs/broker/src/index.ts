export { findBroker, type BrokerHow, type FindBrokerOptions, type FoundBroker } from './find/find-broker.js';
export { BUILT_VERSION, LEAST_VERSION } from './find/version.js';
export { startBroker, type BrokerExit, type RunningBroker, type StartBrokerOptions } from './run/start-broker.js';
export { freePort } from './run/free-port.js';
export { withLockFile, type LockFileOptions } from './lock-file.js';
export { guard } from './run/guard.js';
export { isAlive, isRunning, processId, type ProcessId } from './run/process.js';
