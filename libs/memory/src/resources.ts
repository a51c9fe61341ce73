import type { Bus } from '@waggle/bus';
import { isToken, memoryKeys, newId, WaggleError, type Priority, type ResourceRequest, type ResourceState } from '@waggle/protocol';
import { Desk } from './desk.js';
import { Grant } from './grant.js';
import { Wakes } from './wakes.js';

export interface UseOptions {
  /** How many of the resource's slots; default 1. */
  slots?: number;
  /** Default `normal`. Whoever waits long gains urgency, so that none waits for ever. */
  priority?: Priority;
  /** Milliseconds that a grant outlives its holder; default 30 s. It is renewed while the holder lives. */
  ttl?: number;
  /** For people who look at the queue. */
  note?: string;
  /** Gives up waiting, and the place in the queue. */
  signal?: AbortSignal;
  /** Told at every change of the place: 0 is next. */
  onPosition?: (standing: Standing) => void;
}

export interface Standing {
  granted: boolean;
  position: number;
  /** Milliseconds, by how long others held it so far. */
  expectedWait: number;
}

/** A resource with its queue in the order it will be served. */
export interface ResourceLine extends Omit<ResourceState, 'queue'> {
  resource: string;
  queue: (ResourceRequest & Standing)[];
}

/** Sooner than a turn that nobody takes up is over. */
const LOOK_AGAIN = 3_000;

/** Turns at what can only be used by so many at once, in order and by priority. */
export class Resources {
  private readonly desk: Desk;

  constructor(bus: Bus, { tenant }: { tenant: string }) {
    this.desk = new Desk(bus, tenant);
  }

  /** How many may use it at once; 1 for one that nobody defined. */
  async define(resource: string, { slots }: { slots: number }): Promise<void> {
    await this.desk.write('resource', { resource: requireName(resource), slots });
  }

  async list(): Promise<ResourceLine[]> {
    return (await this.desk.read<{ resources: ResourceLine[] }>('resources', {})).resources;
  }

  /** Waits for its turn. The grant is renewed until it is released or its signal aborts; a process that dies loses it after `ttl`. */
  async acquire(resource: string, options: UseOptions = {}): Promise<Grant> {
    const { signal, onPosition, ...asked } = options;
    const { bus, tenant } = this.desk;
    const key = memoryKeys.resource(tenant, requireName(resource));
    const id = newId();
    const wakes = await Wakes.on(bus, (wake) => bus.bucket('SESSIONS').watch(key, wake), { signal });
    const grant = new Grant(this.desk, { resource, id });
    try {
      // asked again with the same id, it keeps its place
      const question = { resource, request: id, ...asked };
      let standing = await this.desk.write<Standing & { ttl: number }>('request', question, { signal });
      const { ttl } = standing;
      let inVain = false;
      while (!standing.granted) {
        onPosition?.(standing);
        await wakes.next(LOOK_AGAIN, inVain);
        signal?.throwIfAborted();
        const place = await this.placeOf(key, id);
        inVain = place === 'waits' && onPosition === undefined;
        if (inVain) continue;
        standing =
          place === 'holds'
            ? { ...standing, granted: true }
            : { ...(await this.desk.write<Standing>('request', question, { signal })), ttl };
      }
      await grant.begin(ttl);
      return grant;
    } catch (error) {
      // its place is lost anyway once nobody says that it is still wanted
      grant.release({ timeout: 1_000 }).catch(() => undefined);
      throw error;
    } finally {
      await wakes.stop();
    }
  }

  /** Holds it for as long as the work takes. The work's signal aborts when the grant is lost. */
  async use<T>(resource: string, options: UseOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const grant = await this.acquire(resource, options);
    try {
      return await work(grant.signal);
    } finally {
      await grant.release();
    }
  }

  private async placeOf(key: string, id: string): Promise<'holds' | 'waits' | undefined> {
    const found = await this.desk.bus.bucket('SESSIONS').get(key);
    const state = found?.json<ResourceState>();
    if (state?.holders.some((each) => each.id === id)) return 'holds';
    return state?.queue.some((each) => each.id === id) ? 'waits' : undefined;
  }
}

const requireName = (resource: string): string => {
  if (isToken(resource)) return resource;
  throw new WaggleError('INVALID_MESSAGE', 'resource must be 1 to 64 of A-Z, a-z, 0-9, _ and -.', { path: 'resource' });
};
