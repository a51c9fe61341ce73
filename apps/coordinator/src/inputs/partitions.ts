import { Inject, Injectable } from '@nestjs/common';
import type { Bus, Queue, Subscription } from '@waggle/bus';
import { codeOf, inputConsumer, subjects, type AgentMessage, type Beat } from '@waggle/protocol';
import { BUS, Log, SERVICE_CONFIG, type ServiceConfig } from '@waggle/service';
import { Membership } from '../domain/membership.js';
import { shareOf } from '../domain/rendezvous.js';
import { Intake } from './intake.js';

/** A replica whose beat is older is not counted any more: it missed two. With the time until that is looked at, below three seconds. */
const BEAT_LIMIT = 2_500;
const LOOK_EVERY = 250;
/** Inputs of one partition in this process at once. */
const IN_FLIGHT = 250;

/**
 * Which partitions this replica serves. A hint that keeps caches warm, no more: two that serve the same one for a while
 * cost each other refused appends. A new replica serves all until it has heard the others' beats, so that one that is
 * alone, or takes the place of a dead one, loses no time.
 */
@Injectable()
export class Partitions {
  private readonly members = new Membership(BEAT_LIMIT);
  private readonly served = new Map<number, Promise<Subscription>>();
  private queues: Queue[] = [];
  private beats?: Subscription;
  private timer?: NodeJS.Timeout;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(SERVICE_CONFIG) private readonly config: Pick<ServiceConfig, 'instance'>,
    private readonly intake: Intake,
    private readonly log: Log,
  ) {}

  /** Partitions served now, in order. */
  get share(): number[] {
    return [...this.served.keys()].sort((a, b) => a - b);
  }

  /** Begins to serve. `NOT_PROVISIONED` when there is no partition. */
  async start(): Promise<void> {
    this.queues = await this.findQueues();
    this.beats = await this.bus.subscribe(subjects.beat(this.bus.me, '*'), (message) =>
      this.heard(message.json<AgentMessage<Beat>>().payload),
    );
    this.review();
    this.timer = setInterval(() => this.review(), LOOK_EVERY);
    this.timer.unref();
  }

  /** Takes nothing more; what it has taken already stays its own. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.beats?.stop();
    await Promise.all([...this.served.keys()].map((partition) => this.giveUp(partition)));
  }

  private heard({ instance, draining }: Beat): void {
    if (instance === this.config.instance) return;
    if (draining) this.members.left(instance);
    else this.members.beat(instance, performance.now());
  }

  private review(): void {
    const share = shareOf(this.config.instance, this.members.present(performance.now()), this.queues.length);
    let changed = false;
    for (const partition of share) {
      if (this.served.has(partition)) continue;
      changed = true;
      this.take(partition);
    }
    for (const partition of this.served.keys()) {
      if (share.has(partition)) continue;
      changed = true;
      this.giveUp(partition).catch((error: unknown) => this.log.warn('a partition was not given up cleanly', { partition, error }));
    }
    if (changed) this.log.info('partitions served', { partitions: this.share });
  }

  private take(partition: number): void {
    const queue = this.queues[partition]!;
    const serving = queue.consume((delivery) => this.intake.take(delivery, queue.ackWait), { maxInFlight: IN_FLIGHT });
    this.served.set(partition, serving);
    serving.catch((error: unknown) => {
      // looked at again by the next review
      if (this.served.get(partition) === serving) this.served.delete(partition);
      this.log.warn('a partition cannot be served at the moment', { partition, error });
    });
  }

  private async giveUp(partition: number): Promise<void> {
    const subscription = this.served.get(partition);
    this.served.delete(partition);
    await (await subscription)?.stop();
  }

  /** Partitions are numbered from 0 without a gap; the first that is missing tells how many there are. */
  private async findQueues(): Promise<Queue[]> {
    const queues: Queue[] = [];
    for (;;) {
      try {
        queues.push(await this.bus.queue('INPUT', inputConsumer(queues.length)));
      } catch (error) {
        if (codeOf(error) === 'NOT_PROVISIONED' && queues.length > 0) return queues;
        throw error;
      }
    }
  }
}
