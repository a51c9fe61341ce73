import type { DirectoryOffer } from '@waggle/protocol';
import { bestAgent } from './agent-choice.js';

/** Who gets a task, by the qualities of the offers alone. `given`: tasks handed out since the offers were read, by agent. */
export const chooseAgent = (offers: readonly DirectoryOffer[], given: ReadonlyMap<string, number>): DirectoryOffer | undefined =>
  bestAgent(offers, { given })?.offer;
