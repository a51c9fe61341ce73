/** Nest tokens of what every service can inject; `Log`, `Metrics` and `Presence` are injected by their classes. */
export const BUS = Symbol('BUS');
export const SERVICE_CONFIG = Symbol('SERVICE_CONFIG');
export const MANIFEST = Symbol('MANIFEST');
