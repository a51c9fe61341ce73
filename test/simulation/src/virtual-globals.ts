import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { World } from './world.js';

/** Before the first seed. */
const NOWHERE = new Date('2026-01-01T00:00:00Z').getTime();
const RealDate = Date;
let world: World | undefined;

const now = (): number => Math.floor(world?.now() ?? NOWHERE);

class VirtualDate extends RealDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(now());
    else super(...(given as [number]));
  }

  static override now(): number {
    return now();
  }
}

/** Stands for a timer of Node. */
class Timer {
  cancel: () => void = () => undefined;

  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

type Work = (...given: unknown[]) => void;

const setTimeoutVirtual = (work: Work, millis = 0, ...given: unknown[]): Timer => {
  const timer = new Timer();
  timer.cancel = world!.after(Math.max(1, Number(millis) || 0), () => work(...given), world!.current);
  return timer;
};

const setIntervalVirtual = (work: Work, millis = 0, ...given: unknown[]): Timer => {
  const timer = new Timer();
  const owner = world!.current;
  const plan = (): void => {
    timer.cancel = world!.after(
      Math.max(1, millis),
      () => {
        plan();
        work(...given);
      },
      owner,
    );
  };
  plan();
  return timer;
};

const clear = (timer: Timer | undefined): void => timer?.cancel();

const pause = <T>(millis = 0, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T> =>
  new Promise((resolve, reject) => {
    const called = (): void => {
      timer.cancel();
      reject(new DOMException('The operation was aborted', 'AbortError'));
    };
    const timer = setTimeoutVirtual(() => {
      signal?.removeEventListener('abort', called);
      resolve(value as T);
    }, millis);
    if (signal?.aborted) called();
    else signal?.addEventListener('abort', called, { once: true });
  });

/**
 * From now on this process lives in virtual time: clocks, timers, chance. Production code asks Node for them; so nothing
 * in it is made for the simulation. Never undone: the simulation has its process to itself.
 */
export const virtualGlobals = (): void => {
  const random = (): number => world!.random.next();
  Object.assign(globalThis, {
    Date: VirtualDate,
    setTimeout: setTimeoutVirtual,
    setInterval: setIntervalVirtual,
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
    setImmediate: (work: Work, ...given: unknown[]) => setTimeoutVirtual(work, 0, ...given),
  });
  Math.random = random;
  // beats tell of it, and it takes long
  process.memoryUsage = Object.assign(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), { rss: () => 0 });
  performance.now = () => world?.now() ?? NOWHERE;
  // asked for ids alone, many at once: what one world leaves over must be what the next would have been given. Their time and count tell them apart
  crypto.getRandomValues = ((array: Uint8Array) => array.fill(0x5a)) as typeof crypto.getRandomValues;
  const promises = createRequire(import.meta.url)('node:timers/promises') as { setTimeout: unknown };
  promises.setTimeout = pause;
  syncBuiltinESMExports();
};

export const enterWorld = (entered: World): void => {
  world = entered;
};
