import type { Bus, Subscription } from '@waggle/bus';
import { Expiries } from './expiries.js';
import type { Version } from './memory-conflict.js';
import { WatchedKeys, type Readers } from './watched-keys.js';
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

interface Source<T> extends Readers<T> {
  bus: Bus;
  feed: string;
  /** All keys, as everybody's last acknowledged writes left them. */
  all: () => Promise<{ key: string; version: number; ttl?: number }[]>;
}

/** The feed only wakes: what is told is read from the bucket. After a gap in the connection everything is compared again. */
export const watchMemory = async function* <T>(
  source: Source<T>,
  pattern: string,
  { signal, current = false }: WatchMemoryOptions,
): AsyncGenerator<MemoryChange<T>> {
  const keys = new WatchedKeys<T>(source);
  const woken = new Set<string>();
  let [compare, first] = [true, true];
  const prefix = source.feed.slice(0, source.feed.length - pattern.length);
  const expiries = new Expiries((key) => {
    keys.doubt(key);
    look(key);
  });
  const listen = (wake: () => void): Promise<Subscription> =>
    source.bus.bucket('MEMORY').watch(source.feed, (event) => {
      const key = event.key.slice(prefix.length);
      expiries.set(key, event.deleted ? undefined : millisOf(event.text()));
      keys.heard(key, event.revision);
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
          if (first && !current) keys.tell(key, version);
          expiries.set(key, ttl && ttl * 1_000);
        }
        for (const key of keys.differing(new Map(there.map(({ key, version }) => [key, version])))) woken.add(key);
        first = false;
      }
      const [key] = woken;
      if (key === undefined) {
        await wakes.next();
        continue;
      }
      woken.delete(key);
      const news = await keys.news(key);
      if (news === undefined) continue;
      const { found } = news;
      if (found === undefined) expiries.set(key, undefined);
      yield found === undefined ? { key, deleted: true } : { key, deleted: false, ...found };
    }
  } finally {
    expiries.clear();
    await wakes.stop();
  }
};

const millisOf = (text: string): number | undefined => {
  try {
    const { ttl } = JSON.parse(text) as { ttl?: unknown };
    return typeof ttl === 'number' ? ttl * 1_000 : undefined;
  } catch {
    return undefined;
  }
};

const fits = (pattern: string, key: string): boolean =>
  pattern === '>' || pattern === key || (pattern.endsWith('.>') && key.startsWith(pattern.slice(0, -1)));
