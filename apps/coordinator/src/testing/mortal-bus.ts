import type { Bus, Delivery, Queue } from '@waggle/bus';

export interface Mortal {
  readonly bus: Bus;
  /** Effects on the broker counted since `dieAfter` or the beginning. */
  readonly count: number;
  readonly dead: Promise<void>;
  /** From now on: the process dies right after this many effects took place; it never hears of the last one. */
  dieAfter(effects: number): void;
}

const EFFECTS = new Set(['publish', 'publishOnce', 'schedule', 'purge', 'last', 'read']);
const never = (): Promise<never> => new Promise(() => undefined);

/**
 * A process that dies at a chosen await, seen from the broker: what was sent is there, nothing is heard any more, nothing
 * more is said, and the connection closes.
 */
export const mortal = (bus: Bus): Mortal => {
  let count = 0;
  let limit = Infinity;
  let die: () => void;
  const dead = new Promise<void>((resolve) => (die = resolve));
  const isDead = (): boolean => count >= limit;
  const counted = (): void => {
    if (++count !== limit) return;
    die();
    void bus.close();
  };
  const overDelivery = (delivery: Delivery): Delivery =>
    new Proxy(delivery, {
      get: (target, name) => {
        if (!['ack', 'nak', 'term', 'working'].includes(String(name))) return Reflect.get(target, name, target) as unknown;
        return (...given: unknown[]): void => {
          if (isDead()) return;
          (Reflect.get(target, name, target) as (...all: unknown[]) => void).apply(target, given);
          if (name === 'ack') counted();
        };
      },
    });
  const overQueue = (queue: Queue): Queue => ({
    stream: queue.stream,
    consumer: queue.consumer,
    ackWait: queue.ackWait,
    take: async (...given) => (isDead() ? never() : (await queue.take(...given)).map(overDelivery)),
    consume: (handler, options) =>
      queue.consume((delivery) => {
        if (!isDead()) handler(overDelivery(delivery));
      }, options),
  });
  const over = new Proxy(bus, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== 'function') return value;
      const call = (...given: unknown[]): unknown => (value as (...all: unknown[]) => unknown).apply(target, given);
      if (name === 'queue') return async (...given: unknown[]) => overQueue((await call(...given)) as Queue);
      if (name === 'emit') return (...given: unknown[]) => (isDead() ? undefined : call(...given));
      if (!EFFECTS.has(String(name))) return call;
      return async (...given: unknown[]) => {
        if (isDead()) return never();
        const result = await call(...given);
        if (isDead()) return never();
        counted();
        return isDead() ? never() : result;
      };
    },
  });
  return {
    bus: over,
    get count() {
      return count;
    },
    dead,
    dieAfter: (effects) => {
      count = 0;
      limit = effects;
    },
  };
};
