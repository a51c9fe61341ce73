import type { Clock } from '@waggle/testkit';
import { EventHeap, type Event, type Owner } from './event-heap.js';
import { Random } from './random.js';

/** Taken before the globals are replaced. */
const turn = setImmediate;

const DAY = 86_400_000;
/** Worlds that begin at times of their own: with more, the last would begin after the year 9999, which the protocol's times cannot say. */
const BEGINNINGS = 200_000;
/** More than any seed needs: a loop without end. */
const MOST_EVENTS = 400_000;

/** The world itself: the broker, and chance. */
const NATURE: Owner = { name: 'nature', dead: false, stalledUntil: 0 };

/**
 * Virtual time. One event after another, each with all that follows from it at once; which comes next is a matter of
 * the seed, for every message takes a random time. So a seed is a schedule, and the same seed the same run.
 */
export class World implements Clock {
  readonly start: number;
  readonly random: Random;
  /** Whose code runs. */
  current: Owner = NATURE;
  events = 0;
  private time: number;
  private order = 0;
  private readonly heap = new EventHeap();

  constructor(readonly seed: number) {
    this.random = new Random(seed);
    // ids made of time and chance must not depend on the seeds that ran before
    this.start = this.time = 1_700_000_000_000 + (seed % BEGINNINGS) * 10 * DAY;
  }

  now(): number {
    return this.time;
  }

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return this.time - this.start;
  }

  after(millis: number, work: () => void, owner: Owner = NATURE): () => void {
    const event: Event = { at: this.time + Math.max(0, millis), order: this.order++, owner, work, canceled: false };
    this.heap.push(event);
    return () => {
      event.canceled = true;
    };
  }

  /** Runs until `done` says so, or so many milliseconds after the beginning; false: it was not done by then. */
  async run(done: () => boolean, until: number): Promise<boolean> {
    for (;;) {
      if (done()) return true;
      const next = this.heap.first;
      if (next === undefined || next.at - this.start > until) {
        this.time = this.start + until;
        return false;
      }
      this.heap.pop();
      const { owner } = next;
      if (next.canceled || owner.dead) continue;
      if (owner.stalledUntil > next.at) {
        next.at = owner.stalledUntil;
        this.heap.push(next);
        continue;
      }
      if (++this.events > MOST_EVENTS) throw new Error(`more than ${MOST_EVENTS} events`);
      this.time = Math.max(this.time, next.at);
      this.current = owner;
      next.work();
      // what follows at once belongs to the same process
      if (owner !== NATURE) await new Promise<void>((resolve) => turn(resolve));
      this.current = NATURE;
    }
  }
}
