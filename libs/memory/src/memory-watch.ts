import type { Bus, Subscription } from '@waggle/bus';
import type { Version } from './memory-conflict.js';
import { Wakes } from './wakes.js';

export interface WatchMemoryOptions {
  signal?: AbortSignal;
  /** Begin with what stands there. Default: only what changes from now on. */
  current?: boolean;
}

/** What stands under a key now; no value: nothing does any more. */
export interface MemoryChange<T = unknown> extends Partial<Version<T>> {
  key: string;
  deleted: boolean;
}

interface Source<T> {
  bus: Bus;
  feed: string;
  get: (key: string) => Promise<Version<T> | undefined>;
  all: () => Promise<{ key: string; version: number; ttl?: number }[]>;
}

/** Expiry has no event: looked at again so many milliseconds after it. */
const EXPIRED = 100;

/** The feed only wakes: what is told is read from the bucket. After a gap in the connection everything is compared again. */
export const watchMemory = async function* <T>(
  source: Source<T>,
  pattern: string,
  { signal, current = false }: WatchMemoryOptions,
): AsyncGenerator<MemoryChange<T>> {
  const woken = new Set<string>();
  const known = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  let [compare, first] = [true, true];
  const prefix = source.feed.slice(0, source.feed.length - pattern.length);
  const expire = (key: string, ttl?: number): void => {
    clearTimeout(timers.get(key));
    timers.delete(key);
    if (ttl !== undefined) timers.set(key, setTimeout(() => look(key), ttl * 1_000 + EXPIRED).unref());
  };
  const listen = (wake: () => void): Promise<Subscription> =>
    source.bus.bucket('MEMORY').watch(source.feed, (event) => {
      const key = event.key.slice(prefix.length);
      expire(key, event.deleted ? undefined : ttlOf(event.text()));
      woken.add(key);
      wake();
    });
  const wakes = await Wakes.on(source.bus, listen, { signal, gap: () => (compare = true) });
  const look = (key: string): void => {
    woken.add(key);
    wakes.wake();
  };
  try {
    while (!signal?.aborted) {
      if (compare) {
        compare = false;
        const there = (await source.all()).filter(({ key }) => fits(pattern, key));
        for (const { key, version, ttl } of there) {
          if (first && !current) known.set(key, version);
          else if (known.get(key) !== version) woken.add(key);
          expire(key, ttl);
        }
        for (const key of known.keys()) if (!there.some((each) => each.key === key)) woken.add(key);
        first = false;
      }
      const [key] = woken;
      if (key === undefined) {
        await wakes.next();
        continue;
      }
      woken.delete(key);
      const found = await source.get(key);
      if (found?.version === known.get(key)) continue;
      if (found === undefined) known.delete(key);
      else known.set(key, found.version);
      yield found === undefined ? { key, deleted: true } : { key, deleted: false, ...found };
    }
  } finally {
    for (const timer of timers.values()) clearTimeout(timer);
    await wakes.stop();
  }
};

const ttlOf = (text: string): number | undefined => {
  try {
    const { ttl } = JSON.parse(text) as { ttl?: unknown };
    return typeof ttl === 'number' ? ttl : undefined;
  } catch {
    return undefined;
  }
};

const fits = (pattern: string, key: string): boolean =>
  pattern === '>' || pattern === key || (pattern.endsWith('.>') && key.startsWith(pattern.slice(0, -1)));
