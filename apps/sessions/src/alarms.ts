import { Inject, Injectable } from '@nestjs/common';
import type { Bus, Delivery, Subscription } from '@waggle/bus';
import { createMessage, isToken, MESSAGE_TYPES, newId, parseMessage, streamConsumer, subjects } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { Deliveries } from './deliveries.js';

/** An alarm that has come. `id` is what `arm` gave. */
export interface Alarm {
  id: string;
  tenant: string;
  about: Readonly<Record<string, string>>;
}

type Handler = (alarm: Alarm) => Promise<void>;

const AT_ONCE = 32;

/** Deadlines that the broker keeps: they come with every service stopped meanwhile, and to one replica only. */
@Injectable()
export class Alarms {
  private readonly handlers = new Map<string, { handler: Handler; givenUp?: Handler }>();
  private taking?: Subscription;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly deliveries: Deliveries,
    private readonly log: Log,
  ) {}

  /** Who answers an alarm of a kind; it may come more than once, and after nobody awaits it. `givenUp`: what is done before one is given up. */
  on(kind: string, handler: Handler, givenUp?: Handler): void {
    this.handlers.set(kind, { handler, givenUp });
  }

  /** `after` milliseconds. The id, by which whoever set it knows whether it still counts. */
  async arm({ kind, tenant, about }: { kind: string; tenant: string; about: Record<string, string> }, after: number): Promise<string> {
    const id = newId();
    const message = createMessage({ type: MESSAGE_TYPES.alarm, from: this.bus.me, tenant, intent: 'event', payload: { id, kind, about } });
    const at = new Date(Date.now() + after);
    await this.bus.schedule(subjects.alarmAt(tenant, id), subjects.alarmDue(tenant, id), at, JSON.stringify(message));
    return id;
  }

  /** Takes back what nobody awaits any more, so that it does not fill the stream. Left behind, it comes and means nothing: this never throws. */
  async disarm(tenant: string, ids: readonly string[]): Promise<void> {
    try {
      await Promise.all(ids.map((id) => this.bus.purge('ALARM', subjects.alarmAt(tenant, id))));
    } catch (error) {
      this.log.warn('alarms that nobody awaits stay until they come', { tenant, ids, error });
    }
  }

  async start(): Promise<void> {
    const queue = await this.bus.queue('ALARM', streamConsumer(this.bus.me, 'ALARM'));
    this.taking = await queue.consume((delivery) => void this.take(delivery), { maxInFlight: AT_ONCE });
  }

  async stop(): Promise<void> {
    await this.taking?.stop();
  }

  private async take(delivery: Delivery): Promise<void> {
    const [, tenant = ''] = delivery.subject.split('.');
    const { message } = parseMessage(delivery.body, {
      tenant,
      from: this.bus.me,
      createdAt: delivery.time,
      expect: MESSAGE_TYPES.alarm,
    });
    const known = message && this.handlers.get(message.payload.kind);
    if (!isToken(tenant) || known === undefined)
      return this.deliveries.refuse(delivery, { kind: 'alarm', tenant, object: delivery.subject }, 'not an alarm of this service');
    const { id, kind, about } = message!.payload;
    const alarm = { id, tenant, about };
    const { handler, givenUp } = known;
    return this.deliveries.settle(delivery, {
      kind: 'alarm',
      tenant,
      object: `${kind} ${JSON.stringify(about)}`,
      work: () => handler(alarm),
      givenUp: givenUp && (() => givenUp(alarm)),
    });
  }
}
