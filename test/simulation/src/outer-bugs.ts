import type { Bus } from '@waggle/bus';
import { codeOf } from '@waggle/protocol';
import type { SimulationOptions } from './simulation.js';

const fullIsDone = (bus: Bus): Bus =>
  new Proxy(bus, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown;
      if (name !== 'publishOnce' && name !== 'schedule') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      return async (...given: unknown[]) => {
        try {
          return await (value as (...all: unknown[]) => Promise<unknown>).apply(target, given);
        } catch (error) {
          if (codeOf(error) === 'STORAGE_FULL') return { status: 'stored', sequence: 0 };
          throw error;
        }
      };
    },
  });

/** Mistakes that need no change of code. */
export const outerBug = (name: string | undefined): SimulationOptions => {
  if (name === 'full-is-done') return { wrapBus: fullIsDone };
  if (name === 'aged-head') return { prepare: (broker) => void (broker.streams.get('FLOW')!.settings.max_age = 4e9) };
  return {};
};
