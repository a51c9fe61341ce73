import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type Signal } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { derivedId } from '../domain/derived-id.js';
import type { FlowKey } from '../domain/flow-key.js';
import { inParallel } from '../domain/in-parallel.js';
import { readEvent, type Happened } from '../domain/read-event.js';
import { readCurrent } from './read-current.js';

const WIDTH = 64;

/** Tells waiting flows of events, each under an id derived from the event's: told again, it is the same signal. */
@Injectable()
export class EventSignals {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** Tells all flows of a tenant that wait for it (`by`: that waited for it by then); resolves when every signal is stored. */
  async tell(tenant: string, event: Happened, by?: Date): Promise<void> {
    const filter = subjects.wait(tenant, 'event', `${event.source}~${event.type}`, '*');
    for await (const entries of readCurrent(this.bus, 'WAIT', { filter }))
      await inParallel(entries, WIDTH, async ({ subject, time }) => {
        // what was stored before its entry, and after it began to wait, it has been told of as it entered
        if (by === undefined || time <= by) await this.signal({ tenant, flowId: subject.split('.')[5]! }, event);
      });
  }

  /** Tells a flow of what was stored after a sequence of EVENT: it was not in the index then. */
  async since(key: FlowKey, waitedFor: string, sequence: number): Promise<void> {
    const [source, type] = waitedFor.split('~') as [string, string];
    const filter = subjects.event(key.tenant, source, type);
    for await (const stored of readCurrent(this.bus, 'EVENT', { filter, after: sequence })) {
      const events = stored.flatMap(({ body, sequence: at }) => readEvent({ source, type }, body, { stream: 'EVENT', sequence: at }) ?? []);
      await inParallel(events, WIDTH, (event) => this.signal(key, event));
    }
  }

  private async signal({ tenant, flowId }: FlowKey, event: Happened): Promise<void> {
    const payload: Signal = { signal: 'event', data: { ...event } };
    const id = derivedId('event', flowId, event.source, event.type, event.id);
    const message = createMessage({
      id,
      type: MESSAGE_TYPES.signal,
      from: this.bus.me,
      tenant,
      intent: 'command',
      correlationId: flowId,
      payload,
    });
    await this.bus.publishOnce('SUBMIT', subjects.signal(tenant, this.bus.me, flowId, id), JSON.stringify(message));
  }
}
