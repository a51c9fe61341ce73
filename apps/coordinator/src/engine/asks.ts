import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import type { ControlCommand, FlowState } from '@waggle/flow';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { FlowKey } from '../domain/flow-key.js';
import type { FlowMessages } from '../domain/messages.js';

/** Of which flow, as it stands, and how it speaks. */
export interface Asking {
  key: FlowKey;
  state: FlowState;
  messages: FlowMessages;
}

/**
 * Questions to people. The question stands on ESCALATION until it is answered; its rungs are schedules of the broker, heard
 * by people's tools with no service at work. One that was decided meanwhile is not asked any more.
 */
@Injectable()
export class Asks {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  async say({ key: { tenant, flowId }, state, messages }: Asking, command: ControlCommand): Promise<void> {
    const { id } = command;
    const ask = state.asks.get(id)?.ask;
    switch (command.type) {
      case 'ask':
        if (ask) await this.bus.publishOnce('ESCALATION', subjects.ask(tenant, flowId, id), JSON.stringify(messages.ask(ask, 0)));
        return;
      case 'rung': {
        if (!ask) return;
        const { k, at } = command;
        const [from, to] = [subjects.rungAt(tenant, flowId, id, k), subjects.rungDue(tenant, flowId, id, k)];
        await this.bus.schedule(from, to, new Date(at), JSON.stringify(messages.ask(ask, k)));
        return;
      }
      case 'hush':
        await Promise.all([
          this.bus.purge('TIMER', subjects.rungAt(tenant, flowId, id, '*')),
          this.bus.purge('ESCALATION', subjects.ask(tenant, flowId, id)),
        ]);
    }
  }
}
