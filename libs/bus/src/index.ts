export type * from './port.js';
export type { Fact, Manifest } from './permissions/manifest.js';
export { agentManifest, clientManifest } from './permissions/factories.js';
export { accountOf } from './permissions/accounts.js';
export { rightsOf, type Rights } from './permissions/rights.js';
export { brokerConfig, type BrokerConfigOptions } from './permissions/broker-config.js';
export { newNkey, type Nkey } from './permissions/nkey.js';
export { provision, provisionAgent, type ProvisionLog, type ProvisionOptions } from './topology/provision.js';
export { DEFAULT_STORAGE, LEAST_STORAGE } from './topology/stream-table.js';
