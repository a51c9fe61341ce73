export type * from './port.js';
export type { Fact, Manifest } from './permissions/manifest.js';
