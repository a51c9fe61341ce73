export { WaggleClient, type ClientOptions, type DecideOptions, type SignalOptions, type SubmitOptions } from './client.js';
export type { OutcomeOptions } from './outcomes.js';
export type { FlowUpdate, WatchOptions } from './watch.js';
export { loadValues, storeLarge, VALUE_LIMIT } from '@waggle/bus';
export { currentSteps, type CurrentStep } from './current-steps.js';
export { ShownFlows, watchMany, type FlowNames, type ManyFilter, type ManyUpdate, type WatchManyOptions } from './watch-many.js';
