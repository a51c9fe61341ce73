import { WaggleError, type StreamName } from '@waggle/protocol';
import type { Delivery, Queue, Subscription } from '../port.js';
import { Consumption } from './consume.js';
import type { LaneContext } from './lane.js';
import { TakeLane } from './take.js';

const MAX_LANES = 64;
/** Refusals in a row after which the broker is asked whether the queue is there. */
const REFUSALS = 2;
/** Milliseconds until a refused pull is repeated: doubled by each refusal. */
const PAUSE = { first: 50, most: 1_000 };

export interface QueueHooks {
  online: () => boolean;
  log: (message: string, fields: Record<string, unknown>) => void;
  /** Whether the queue is there; rejects with the reason why it is not. */
  check: () => Promise<unknown>;
  /** The queue does not serve: `error`; works again: undefined. `lost`: it will not come back by itself. */
  health: (error: WaggleError | undefined, lost: boolean) => void;
}

/** A durable pull consumer. */
export class NatsQueue implements Queue {
  private readonly free: TakeLane[] = [];
  private readonly lanes = new Set<TakeLane>();
  private readonly consumptions = new Set<Consumption>();
  private refusals = 0;
  private notBefore = 0;
  private checking = false;
  private closing = false;

  constructor(
    readonly stream: StreamName,
    readonly consumer: string,
    readonly ackWait: number,
    private readonly inner: { context: LaneContext; hooks: QueueHooks },
  ) {}

  async take(max: number, { wait = 0, signal }: { wait?: number; signal?: AbortSignal } = {}): Promise<Delivery[]> {
    if (max < 1 || this.closing) return [];
    const lane = this.laneFor(wait);
    try {
      return await lane.take(max, { wait, signal });
    } finally {
      this.free.push(lane);
    }
  }

  async consume(handler: (delivery: Delivery) => void, { maxInFlight }: { maxInFlight: number }): Promise<Subscription> {
    const { context, hooks } = this.inner;
    if (this.closing) throw new WaggleError('BUS_UNREACHABLE', `the queue ${this.consumer} is closed`);
    const consumption: Consumption = new Consumption(
      context,
      {
        handler,
        maxInFlight,
        ackWait: this.ackWait,
        log: (error) => hooks.log('a handler of deliveries threw', { error: String(error), consumer: this.consumer }),
      },
      { ...this.events, online: hooks.online, ended: (ended) => this.consumptions.delete(ended) },
    );
    this.consumptions.add(consumption);
    return consumption;
  }

  disconnected(): void {
    for (const lane of this.lanes) lane.disconnected();
    for (const consumption of this.consumptions) consumption.disconnected();
  }

  reconnected(): void {
    for (const consumption of this.consumptions) consumption.reconnected();
  }

  /** Takes nothing more; takes under way end with what they have. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...[...this.consumptions].map((consumption) => consumption.stop()), ...[...this.lanes].map((lane) => lane.leave())]);
  }

  /** A take that waits goes on with a pull that was called off; one that does not would be served after it, and asks elsewhere. */
  private laneFor(wait: number): TakeLane {
    const at = this.free.findLastIndex(({ waits }) => waits === wait >= 1);
    if (at >= 0) return this.free.splice(at, 1)[0]!;
    return (wait >= 1 ? this.free.pop() : undefined) ?? this.newLane();
  }

  private newLane(): TakeLane {
    if (this.lanes.size >= MAX_LANES) throw new WaggleError('OVERLOADED', `${MAX_LANES} takes of ${this.consumer} are under way already`);
    const lane = new TakeLane(this.inner.context, this.events, this.inner.hooks.online);
    this.lanes.add(lane);
    return lane;
  }

  private readonly events = {
    notBefore: (): number => this.notBefore,
    alive: (): void => {
      if (this.refusals === 0) return;
      this.refusals = 0;
      this.notBefore = 0;
      this.inner.hooks.health(undefined, false);
    },
    refused: (why: string): void => {
      const times = ++this.refusals;
      this.notBefore = performance.now() + Math.min(PAUSE.most, PAUSE.first * 2 ** Math.min(times, 10));
      if (Number.isInteger(Math.log2(times))) this.inner.hooks.log('a pull was refused', { consumer: this.consumer, why, times });
      if (times < REFUSALS || this.checking) return;
      this.checking = true;
      void this.recheck(why).finally(() => (this.checking = false));
    },
  };

  /** A pull may be refused for a while (reload, a leader being chosen); a queue that is gone stays gone. */
  private async recheck(why: string): Promise<void> {
    try {
      await this.inner.hooks.check();
      if (this.refusals > 5 * REFUSALS)
        this.inner.hooks.health(new WaggleError('BUS_REFUSED', `pulls of ${this.consumer} are refused: ${why}`), false);
    } catch (error) {
      if (error instanceof WaggleError && error.code !== 'BUS_TIMEOUT' && error.code !== 'BUS_UNREACHABLE')
        this.inner.hooks.health(error, true);
    }
  }
}
