import type { Delivery, Subscription } from '../port.js';
import { Lane, type LaneContext } from './lane.js';
import type { Era } from './outbox.js';
import type { TakeEvents } from './take.js';

const EXPIRES = 30_000;
const HEARTBEAT = 2_500;
const TICK = 500;
const REFUSED = 100;

export interface ConsumeOptions {
  handler: (delivery: Delivery) => void;
  maxInFlight: number;
  /** Milliseconds after which an unsettled delivery no longer counts: the broker has given it to another by then. */
  ackWait: number;
  log: (error: unknown) => void;
}

/**
 * Keeps pulls topped up so that at most `maxInFlight` deliveries are unsettled or on their way. Deliveries are
 * counted by stream sequence: one that is redelivered to us counts once.
 */
export class Consumption implements Subscription {
  private lane: Lane | undefined;
  /** Messages still to come, by pull. */
  private readonly asked = new Map<number, number>();
  private coming = 0;
  /** Unsettled deliveries, with the tick in which each came. */
  private readonly held = new Map<number, number>();
  private ticks = 0;
  private heardAt = 0;
  private notBefore = 0;
  private stopped = false;
  private readonly tick: NodeJS.Timeout;
  private readonly context: LaneContext & { era: Era };

  constructor(
    context: LaneContext,
    private readonly options: ConsumeOptions,
    private readonly events: TakeEvents & { online: () => boolean; ended: (consumption: Consumption) => void },
  ) {
    this.context = { ...context, settled: (sequence) => this.settled(sequence), era: { over: false } };
    this.tick = setInterval(() => this.check(), TICK);
    this.fill();
  }

  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    clearInterval(this.tick);
    this.events.ended(this);
    await this.lane?.leave();
  }

  /**
   * A broker that was killed may have forgotten what it stored last, and what it stores then has the same sequences: by
   * them alone a delivery is settled, so one from before settles nothing any more. It is delivered again.
   */
  disconnected(): void {
    this.forgetPulls();
    this.context.era.over = true;
    this.context.era = { over: false };
  }

  reconnected(): void {
    this.heardAt = this.ticks;
    this.fill();
  }

  private fill(): void {
    const { maxInFlight } = this.options;
    const free = maxInFlight - this.held.size - this.coming;
    // small pulls cost as much as large ones: wait until half is free, but never with nothing asked
    if (free < 1 || (this.coming > 0 && free < maxInFlight / 2)) return;
    if (this.stopped || !this.events.online() || performance.now() < Math.max(this.notBefore, this.events.notBefore())) return;
    this.lane ??= this.open();
    this.asked.set(this.lane.pull({ batch: free, expires: EXPIRES, heartbeat: HEARTBEAT }), free);
    this.coming += free;
  }

  private open(): Lane {
    this.heardAt = this.ticks;
    const lane: Lane = new Lane(this.context, {
      delivery: (delivery) => this.delivered(delivery),
      status: (pull, { code, description }) => {
        this.heardAt = this.ticks;
        if (code === 100) return this.events.alive();
        this.coming -= this.asked.get(pull) ?? 0;
        this.asked.delete(pull);
        if (code !== 404 && code !== 408) {
          this.notBefore = performance.now() + REFUSED;
          this.events.refused(`${code} ${description}`);
        }
        this.fill();
      },
      closed: (error) => {
        if (this.lane === lane) this.reopen();
        this.events.refused(error.message);
      },
    });
    return lane;
  }

  private delivered(delivery: Delivery): void {
    this.heardAt = this.ticks;
    for (const [pull, left] of this.asked) {
      this.coming--;
      if (left > 1) this.asked.set(pull, left - 1);
      else this.asked.delete(pull);
      break;
    }
    this.held.set(delivery.sequence, this.ticks);
    this.events.alive();
    try {
      this.options.handler(delivery);
    } catch (error) {
      this.options.log(error);
    }
    if (this.asked.size === 0) this.fill();
  }

  private settled(sequence: number): void {
    if (this.held.delete(sequence)) this.fill();
  }

  private check(): void {
    this.ticks++;
    const forgotten = this.ticks - Math.ceil((10 * this.options.ackWait) / TICK);
    for (const [sequence, since] of this.held) if (since < forgotten) this.held.delete(sequence);
    if (this.events.online() && this.asked.size > 0 && (this.ticks - this.heardAt) * TICK > 2 * HEARTBEAT + 1_000) {
      this.reopen();
      this.events.refused('heartbeats missed');
    }
    this.fill();
  }

  private reopen(): void {
    const { lane } = this;
    this.lane = undefined;
    this.forgetPulls();
    this.notBefore = performance.now() + REFUSED;
    lane?.leave().catch(() => undefined);
  }

  private forgetPulls(): void {
    this.asked.clear();
    this.coming = 0;
  }
}
