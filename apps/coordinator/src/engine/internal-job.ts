import type { Input } from '@waggle/flow';
import { WaggleError } from '@waggle/protocol';
import type { FlowKey } from '../domain/flow-key.js';
import type { Lanes } from './lanes.js';

/** Has an input decided that comes from inside; resolves when its effects are stored. Rejects when they are not: whoever asks, asks again. */
export const decideInternally = (lanes: Lanes, key: FlowKey, input: Input): Promise<void> =>
  new Promise((resolve, reject) => {
    lanes.put(key, {
      input,
      bytes: 0,
      internal: true,
      deliveries: 1,
      done: resolve,
      again: (_delay, why) => reject(new WaggleError('BUS_TIMEOUT', `an input of ${key.flowId} could not be stored`, { cause: why })),
    });
  });
