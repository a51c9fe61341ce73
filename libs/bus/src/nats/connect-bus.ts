import type { Bus } from '../port.js';
import { openConnection } from './connection.js';
import { NatsBus } from './nats-bus.js';
import type { BusOptions } from './options.js';

/**
 * Joins the bus. Rejects with `BUS_UNREACHABLE` when no broker answers within `connectTimeout`, `BUS_REFUSED` when it
 * does not know the key, `NATS_VERSION` when it is too old.
 */
export const connectBus = async (options: BusOptions): Promise<Bus> => new NatsBus(await openConnection(options), options);
