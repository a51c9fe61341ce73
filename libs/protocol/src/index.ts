export * from './ids.js';
export * from './enums.js';
export * from './errors.js';
export * from './message.js';
export * from './subjects.js';
export * from './payloads/index.js';
