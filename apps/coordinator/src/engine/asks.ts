import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import type { ControlCommand } from '@waggle/flow';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { FlowKey } from '../domain/flow-key.js';
import type { FlowMessages } from '../domain/messages.js';

/**
 * Questions to people. The question stands on ESCALATION until it is answered; its rungs are schedules of the broker, heard
 * by people's tools with no service at work.
 */
@Injectable()
export class Asks {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  async say({ tenant, flowId }: FlowKey, messages: FlowMessages, command: ControlCommand): Promise<void> {
    switch (command.type) {
      case 'ask':
        await this.bus.publishOnce(
          'ESCALATION',
          subjects.ask(tenant, flowId, command.ask.id),
          JSON.stringify(messages.ask(command.ask, 0)),
        );
        return;
      case 'rung': {
        const { k, at, ask } = command;
        const [from, to] = [subjects.rungAt(tenant, flowId, ask.id, k), subjects.rungDue(tenant, flowId, ask.id, k)];
        await this.bus.schedule(from, to, new Date(at), JSON.stringify(messages.ask(ask, k)));
        return;
      }
      case 'hush':
        await Promise.all([
          this.bus.purge('TIMER', subjects.rungAt(tenant, flowId, command.id, '*')),
          this.bus.purge('ESCALATION', subjects.ask(tenant, flowId, command.id)),
        ]);
    }
  }
}
