import { agentService, type ServiceDefinition } from '@waggle/agent';
import { WordCounterModule } from './word-counter.module.js';

export const service: ServiceDefinition = agentService(WordCounterModule);
