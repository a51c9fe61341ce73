import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { createEvent, subjects, type BusEvent } from '@waggle/protocol';
import { BUS } from '@waggle/service';

/** Wakes flows that wait for something of this service: an event says that there is something to look at, never what. */
@Injectable()
export class Events {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  async tell(tenant: string, event: Pick<BusEvent, 'type' | 'subject' | 'data'>): Promise<void> {
    const { me } = this.bus;
    const message = createEvent({ tenant, payload: { source: me, ...event } });
    await this.bus.publish(subjects.event(tenant, me, event.type), JSON.stringify(message));
  }
}
