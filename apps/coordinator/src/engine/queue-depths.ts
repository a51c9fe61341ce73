import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Bus } from '@waggle/bus';
import { taskConsumers, type DirectoryOffer } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';

/** Figures older than this are read again, when somebody asks. */
const FRESH = 500;
/** For so many milliseconds a queue that was long is remembered: it goes up and down faster than it is looked at. */
const LATELY = 5_000;
const AGENTS = 1_000;

interface Depth {
  waiting: number;
  readAt: number;
  /** The most that waited lately, and when. */
  most: { waiting: number; at: number };
  reading: boolean;
}

/** What waits for an agent. */
export interface QueueDepth {
  waiting: number;
  lately: number;
  slots: number;
  meanMs: number;
}

/** How many tasks wait for each agent, by figures of a moment ago. Looks while somebody asks, and not otherwise. */
@Injectable()
export class QueueDepths {
  private readonly depths = new LRUCache<string, Depth>({ max: AGENTS });

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** Never waits: nothing is known of an agent that is asked for the first time. */
  of(agent: string): number {
    return this.depthOf(agent)?.waiting ?? 0;
  }

  /** Of the offers that with the fewest tasks waiting for each of its slots; `lately`: the most that waited there in the last seconds. */
  shortest(offers: readonly DirectoryOffer[]): QueueDepth | undefined {
    const queues = offers.map(({ agent, slots, meanMs }) => {
      const depth = this.depthOf(agent);
      return { waiting: depth?.waiting ?? 0, lately: depth?.most.waiting ?? 0, slots, meanMs };
    });
    const perSlot = (queue: QueueDepth): number => queue.waiting / Math.max(1, queue.slots);
    return queues.length === 0 ? undefined : queues.reduce((a, b) => (perSlot(b) < perSlot(a) ? b : a));
  }

  /** Reads the figures of an agent. */
  async look(agent: string): Promise<void> {
    const before = this.depths.get(agent);
    let waiting = before?.waiting ?? 0;
    const most = before?.most ?? { waiting: 0, at: -Infinity };
    this.depths.set(agent, { waiting, readAt: before?.readAt ?? -Infinity, most, reading: true });
    try {
      const queues = await Promise.all(taskConsumers(agent).map((consumer) => this.bus.backlog('TASK', consumer)));
      waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
    } catch (error) {
      this.log.warn('the depth of a queue cannot be read', { agent, error });
    }
    const readAt = performance.now();
    const isMost = waiting >= most.waiting || readAt - most.at > LATELY;
    this.depths.set(agent, { waiting, readAt, most: isMost ? { waiting, at: readAt } : most, reading: false });
  }

  private depthOf(agent: string): Depth | undefined {
    const depth = this.depths.get(agent);
    if (depth === undefined || (!depth.reading && performance.now() - depth.readAt > FRESH)) void this.look(agent);
    return depth;
  }
}
