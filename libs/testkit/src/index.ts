export { testBroker, type TestBroker, type TestBrokerOptions } from './test-broker.js';
export { eventually, type EventuallyOptions } from './eventually.js';
export { proxy, type Proxy } from './proxy.js';
export { cleanupLater, runCleanup } from './cleanup.js';
