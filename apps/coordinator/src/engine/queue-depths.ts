import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Bus } from '@waggle/bus';
import { taskConsumers, type DirectoryOffer } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';

/** Figures older than this are read again, when somebody asks. */
const FRESH = 500;
const AGENTS = 1_000;

interface Depth {
  waiting: number;
  readAt: number;
  reading: boolean;
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
    const depth = this.depths.get(agent);
    if (depth === undefined || (!depth.reading && performance.now() - depth.readAt > FRESH)) void this.look(agent);
    return depth?.waiting ?? 0;
  }

  /** Of the offers that with the fewest tasks waiting for each of its slots. */
  shortest(offers: readonly DirectoryOffer[]): { waiting: number; slots: number; meanMs: number } | undefined {
    const queues = offers.map(({ agent, slots, meanMs }) => ({ waiting: this.of(agent), slots, meanMs }));
    const perSlot = (queue: (typeof queues)[number]): number => queue.waiting / Math.max(1, queue.slots);
    return queues.length === 0 ? undefined : queues.reduce((a, b) => (perSlot(b) < perSlot(a) ? b : a));
  }

  /** Reads the figures of an agent. */
  async look(agent: string): Promise<void> {
    const before = this.depths.get(agent);
    this.depths.set(agent, { waiting: before?.waiting ?? 0, readAt: before?.readAt ?? -Infinity, reading: true });
    let waiting = before?.waiting ?? 0;
    try {
      const queues = await Promise.all(taskConsumers(agent).map((consumer) => this.bus.backlog('TASK', consumer)));
      waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
    } catch (error) {
      this.log.warn('the depth of a queue cannot be read', { agent, error });
    }
    this.depths.set(agent, { waiting, readAt: performance.now(), reading: false });
  }
}
