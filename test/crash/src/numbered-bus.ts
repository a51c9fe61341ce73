import type { Bus, Delivery, Queue } from '@waggle/bus';

type Method = (...given: unknown[]) => unknown;

/** Calls that say or ask something of a flow: before and after each lies a point at which a process may die. */
const NUMBERED = new Set(['publish', 'publishOnce', 'schedule', 'purge', 'last', 'read']);
const SETTLING = new Set(['ack', 'nak', 'term']);
/** Told again and again, of no flow. */
const BACKGROUND = /^wgm\./;

const bound = (target: object, name: string | symbol): unknown => {
  const value = Reflect.get(target, name, target) as unknown;
  return typeof value === 'function' ? (value as Method).bind(target) : value;
};

/**
 * A bus whose every use is two numbered points, one before the call and one after its answer: `at` is told of each. The
 * instrumentation is here alone, none in what runs over the bus.
 */
export const numberedBus = (bus: Bus, at: (what: string) => void): Bus => {
  const overDelivery = (delivery: Delivery): Delivery =>
    new Proxy(delivery, {
      get: (target, name) => {
        const value = bound(target, name);
        if (!SETTLING.has(String(name))) return value;
        return (...given: unknown[]) => {
          at(`before ${String(name)} ${target.subject}`);
          (value as Method)(...given);
          at(`after ${String(name)} ${target.subject}`);
        };
      },
    });
  const overQueue = (queue: Queue): Queue => ({
    stream: queue.stream,
    consumer: queue.consumer,
    ackWait: queue.ackWait,
    take: async (...given) => {
      const taken = await queue.take(...given);
      if (taken.length > 0) at(`after take ${queue.consumer}`);
      return taken.map(overDelivery);
    },
    consume: (handler, options) =>
      queue.consume((delivery) => {
        at(`after delivery ${delivery.subject}`);
        handler(overDelivery(delivery));
      }, options),
  });
  return new Proxy(bus, {
    get: (target, name) => {
      const value = bound(target, name);
      if (name === 'queue') return async (...given: unknown[]) => overQueue((await (value as Method)(...given)) as Queue);
      if (!NUMBERED.has(String(name))) return value;
      return async (...given: unknown[]) => {
        const what = given.filter((each) => typeof each === 'string' && each.length < 200).join(' ');
        if (BACKGROUND.test(what)) return (value as Method)(...given);
        at(`before ${String(name)} ${what}`);
        const answer = await (value as Method)(...given);
        at(`after ${String(name)} ${what}`);
        return answer;
      };
    },
  });
};
