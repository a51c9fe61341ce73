export { WaggleClient, type ClientOptions, type DecideOptions, type SignalOptions, type SubmitOptions } from './client.js';
export type { OutcomeOptions } from './outcomes.js';
export type { FlowUpdate, WatchOptions } from './watch.js';
export { loadValues, storeLarge, VALUE_LIMIT } from '@waggle/bus';
