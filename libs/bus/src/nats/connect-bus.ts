import type { Bus } from '../port.js';
import { openConnection } from './connection.js';
import { NatsBus } from './nats-bus.js';
import type { BusOptions } from './options.js';

/**
 * Joins the bus. Rejects with `BUS_UNREACHABLE` when no broker answers within `connectTimeout`, `BUS_REFUSED` when it
 * does not know the key, `NATS_VERSION` when it is too old, `NATS_RIGHTS_MISSING` when the key may not do all that the manifest declares.
 */
export const connectBus = async (options: BusOptions): Promise<Bus> => {
  const bus = new NatsBus(await openConnection(options), options);
  try {
    await bus.selfCheck();
  } catch (error) {
    await bus.close();
    throw error;
  }
  return bus;
};
