export { machineClock, type Clock } from './clock.js';
export { ModelBroker, type ModelOptions } from './model-broker.js';
export { ModelBus, type ModelBusOptions } from './model-bus.js';
export { type Kept, type ModelStream } from './model-stream.js';
export { directNetwork, type Cargo, type Network } from './network.js';
