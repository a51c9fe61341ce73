import { bootstrapAgent } from '@waggle/agent';
import { WordCounterModule } from './word-counter.module.js';

await bootstrapAgent(WordCounterModule);
