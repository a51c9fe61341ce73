export { testBroker, type TestBroker, type TestBrokerOptions } from './test-broker.js';
export { serverBinary } from './test-server.js';
export { eventually, type EventuallyOptions } from './eventually.js';
export { proxy, type Proxy } from './proxy.js';
export {
  scriptedAgent,
  scriptedCard,
  type ScriptedAgent,
  type ScriptedAgentOptions,
  type ScriptedAnswer,
  type ScriptedTask,
} from './scripted-agent.js';
export { offerSkill } from './directory.js';
export { beSeen } from './be-seen.js';
export { cleanupLater, runCleanup } from './cleanup.js';
export {
  directNetwork,
  ModelBroker,
  ModelBus,
  type Cargo,
  type Clock,
  type Kept,
  type ModelBusOptions,
  type ModelOptions,
  type ModelStream,
  type Network,
} from './model/index.js';
