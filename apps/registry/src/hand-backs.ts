import { Inject, Injectable } from '@nestjs/common';
import type { Bus, Subscription } from '@waggle/bus';
import { subjects, taskConsumer, type Beat } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { canBeOf, readLeft, type Left } from './domain/left-event.js';
import { toHandBack, type Holder } from './domain/hand-back.js';
import { readPresence } from './domain/read-presence.js';
import { BEAT_LIMIT } from './domain/roster.js';

/** Deliveries remembered as handed back. */
const REMEMBERED = 10_000;

/**
 * Gives what a dead instance held back to its queue, milliseconds after its connection was closed: by one registry
 * (queue group), once per delivery. The ack subject is built from the name that the broker let the beat be published
 * under, so nobody can hand back what is not its own.
 */
@Injectable()
export class HandBacks {
  private readonly done = new Set<string>();
  private listening?: Subscription;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    this.listening = await this.bus.subscribe(subjects.left('>'), (message) => void this.heard(message.text()), { queue: this.bus.me });
  }

  async stop(): Promise<void> {
    await this.listening?.stop();
  }

  private async heard(text: string): Promise<void> {
    const left = readLeft(text);
    if (left === undefined) return;
    try {
      await this.handBack(left);
    } catch (error) {
      // nothing is lost: the ack wait gives it back
      this.log.warn('what a dead instance held could not be handed back', { clientId: left.clientId, error });
    }
  }

  private async handBack(left: Left): Promise<void> {
    const holders = await this.holders();
    const dead = holders.find(({ beat }) => beat.clientId === left.clientId && canBeOf(left, beat));
    if (dead === undefined) return;
    // others that hold it count only while they are there themselves
    const others = holders.filter((holder) => holder !== dead && left.at - holder.storedAt <= BEAT_LIMIT).map(({ beat }) => beat);
    let count = 0;
    for (const held of toHandBack(dead, left.at, others)) {
      if (!this.remember(`${held.streamSequence}.${held.deliveries}`)) continue;
      const { streamSequence, consumerSequence, deliveries } = held;
      this.bus.handBack({
        stream: 'TASK',
        consumer: taskConsumer(dead.beat.name, held.priority),
        streamSequence,
        consumerSequence,
        deliveries,
      });
      count++;
    }
    if (count > 0)
      this.log.info('handed back what a dead instance held', { agent: dead.beat.name, instance: dead.beat.instance, tasks: count });
  }

  /** The last beats as the broker has them: newer than what was heard so far may be. */
  private async holders(): Promise<Holder[]> {
    const messages = await this.bus.read('BEAT', subjects.beat('*', '*'), { lastPerSubject: true });
    const holders: Holder[] = [];
    for (const message of messages) {
      const read = readPresence(message);
      if ('beat' in read) holders.push({ beat: read.beat satisfies Beat, storedAt: message.time.getTime() });
    }
    return holders;
  }

  private remember(delivery: string): boolean {
    if (this.done.has(delivery)) return false;
    this.done.add(delivery);
    if (this.done.size > REMEMBERED) this.done.delete(this.done.values().next().value!);
    return true;
  }
}
